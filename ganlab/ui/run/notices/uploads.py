"""How many files a visitor may upload in a minute."""

from __future__ import annotations

import streamlit as st

from ganlab import ui
from ganlab.host import settings
from ganlab.service.limits import Allowance
from ganlab.ui.text import text


@st.cache_resource(show_spinner=False)
def allowance() -> Allowance:
    """That of this server."""
    return Allowance(settings.read().uploads)


def allowed() -> bool:
    """Whether this visitor may upload a file now; if not, it is said."""
    if allowance().take(ui.viewer()):
        return True
    st.toast(text("notice.uploads.many", ui.language(), most=allowance().most), icon=":material/upload_file:")
    return False
