"""The app in a frame of another site: over TLS files go up and down; over plain HTTP the page says why none goes up."""

import json
import socket
import ssl
import subprocess
import threading

import pytest
from browsing import CHROMIUM, FLAGS, NEEDS_CHROMIUM, PATIENCE, Server, expect

from ganlab.plane.config import PlaneConfig

pytest_plugins = ["browsing"]
pytestmark = [*NEEDS_CHROMIUM, pytest.mark.nightly]
COOKIES = {"cookie_controls_mode": 0, "block_third_party_cookies": False}
WALLS = (
    "LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,TrackingProtection3pcd,ThirdPartyStoragePartitioning"
)
SETTINGS = json.dumps(PlaneConfig(seed=7).to_json()).encode()


class Tls:
    """A port that speaks TLS and hands every connection on to another port, as a proxy before the app does."""

    def __init__(self, folder, port):
        self.target, self.context = port, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        key, certificate = folder / "key.pem", folder / "certificate.pem"
        made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
        subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
        self.context.load_cert_chain(certificate, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                visitor, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.join, args=(visitor,), daemon=True).start()

    def join(self, visitor):
        try:
            inside = self.context.wrap_socket(visitor, server_side=True)
            outside = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            return
        for ends in ((inside, outside), (outside, inside)):
            threading.Thread(target=pump, args=ends, daemon=True).start()


def pump(source, target):
    """Hands on all bytes until one of both ends."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    finally:
        target.close()


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    """A page of a browser that lets frames keep cookies, and a site of the web frame one of this machine."""
    profile = tmp_path_factory.mktemp("profile")
    (profile / "Default").mkdir()
    (profile / "Default" / "Preferences").write_text(json.dumps({"profile": COOKIES}))
    look = {"executable_path": CHROMIUM, "args": [*FLAGS, f"--disable-features={WALLS}"], "ignore_https_errors": True}
    own = browser.browser_type.launch_persistent_context(profile, **look)
    own.set_default_timeout(PATIENCE)
    yield own.pages[0]
    own.close()


def framed(page, course, address):
    """The app in a frame of a page of a course."""
    body = f'<iframe src="{address}" width="1200" height="850" title="GAN Arena"></iframe>'
    page.route(f"{course}/**", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(f"{course}/lesson")
    frame = page.frame_locator("iframe")
    frame.locator("[data-testid=player][data-step]").wait_for()
    return frame


def test_files_go_up_and_down_in_a_frame_of_another_site_over_tls(page, tmp_path):
    server = Server(tmp_path / "store", STREAMLIT_SERVER_XSRF_COOKIE_SAME_SITE="none")
    proxy = Tls(tmp_path, server.port)
    try:
        frame = framed(page, "https://course.example", f"https://localhost:{proxy.port}/arena?lang=en&embed=true")
        frame.get_by_role("button", name="Export").click()
        field = frame.locator("[class*=st-key-a-export-file] input[type=file]")
        field.set_input_files({"name": "settings.json", "mimeType": "application/json", "buffer": SETTINGS})
        expect(frame.get_by_text("The settings of the file are on the page.")).to_be_visible()
        with page.expect_download() as saved:
            frame.get_by_role("button", name="Settings (JSON)", exact=True).click()
        assert saved.value.suggested_filename.endswith(".json")
        assert page.request.get(saved.value.url).json()["seed"] == 7
    finally:
        proxy.listener.close()
        server.stop()


def test_a_frame_over_plain_http_says_why_no_file_goes_up(page, server):
    frame = framed(page, "http://course.example", server.url("arena", "lang=en&embed=true"))
    frame.get_by_role("button", name="Export").click()
    expect(frame.get_by_text("is not possible in this frame")).to_be_visible()
    assert frame.locator("input[type=file]").count() == 0
    alone = frame.get_by_role("link", name="Open the page in a tab of its own")
    assert "embed" not in (alone.get_attribute("href") or "embed")
