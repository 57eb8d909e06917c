"""The theme that is read once is the one that Streamlit would send."""

from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from ganlab.ui.run import theme

SECTIONS = ("theme", *(f"theme.{category.value}" for category in config.CustomThemeCategories))


def places(message):
    """Where Streamlit puts each section."""
    light, dark = message.light, message.dark
    return dict(zip(SECTIONS, (message, message.sidebar, light, dark, light.sidebar, dark.sidebar), strict=True))


def written(populate):
    """The whole theme as it is sent."""
    message = CustomThemeConfig()
    for section in sorted(SECTIONS):
        populate(places(message)[section], section)
    return message.SerializeToString(deterministic=True)


def test_every_section_is_that_of_streamlit_and_is_read_once(monkeypatch):
    config.get_config_options()
    original = getattr(app_session._populate_theme_msg, "__wrapped__", app_session._populate_theme_msg)
    read = []

    def counted(message, section="theme"):
        read.append(section)
        original(message, section)

    once = theme.remembered(counted)
    assert [written(once) for _ in range(3)] == [written(original)] * 3
    assert b"#2166ac" in written(once)
    assert sorted(read) == sorted(SECTIONS)


def test_a_server_reads_it_once_however_often_it_is_told(monkeypatch):
    original = getattr(app_session._populate_theme_msg, "__wrapped__", app_session._populate_theme_msg)
    monkeypatch.setattr(app_session, "_populate_theme_msg", original)
    theme.read_once()
    filled = app_session._populate_theme_msg
    theme.read_once()
    assert app_session._populate_theme_msg is filled
    assert filled.__wrapped__ is original
