"""The collapse of the card on losses is chosen by a rule from what was measured."""

import math

from ganlab.studies import tables
from ganlab.studies.cards import CARDS
from ganlab.studies.grids import lab_arms


def test_the_card_on_losses_shows_the_calmest_of_the_measured_collapses():
    """Of all settings that end, at the median of 16 seeds, sharp on at most half of the modes, this one is nearest."""
    finals = tables.finals(tables.load("lab"))
    arms = lab_arms()
    plain = [
        arm
        for arm in finals["arm"].unique()
        if arm.split(".")[0] in CARDS and arms[arm][0].kind == "plane" and arms[arm][0].loss == "nonsaturating"
    ]
    rows = finals[finals["arm"].isin(plain)]
    rows = rows.assign(half=rows["shares_10k"].map(len) / 2)
    wanted = ["modes_covered_10k", "valid_10k", "half", "d_loss_10k", "g_loss_10k"]
    middle = rows.groupby("arm")[wanted].median()
    collapsed = middle[(middle["valid_10k"] >= 0.8) & (middle["modes_covered_10k"] <= middle["half"])]
    off = (collapsed["d_loss_10k"] - math.log(4)).abs() + (collapsed["g_loss_10k"] - math.log(2)).abs()
    assert len(off) >= 4
    assert "losses.broken" in set(off[off == off.min()].index)
