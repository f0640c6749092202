"""A real Chromium that a test can drive: open a page, press keys, run a script, take a picture.

*Theory of operation.* Chromium listens on descriptor 3 and answers on descriptor 4 (``--remote-debugging-pipe``). Each
message is JSON and ends with a zero byte. So no port is open and no other library is needed. A watchdog ends a browser
that hangs.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import threading
from pathlib import Path
from typing import Any

SECONDS = 900  # after this time, a browser counts as hung
_QUIET = "--disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update"
CHROMIUM = ["chromium", "--headless", "--no-sandbox", *_QUIET.split(), "--disable-sync"]


class Browser:
    """One Chromium with one page. Use it in a ``with`` statement."""

    def __init__(self, folder: Path) -> None:
        self._profile = folder / "profile"
        self._last = 0
        self._loaded = 0  # pages
        self._session = ""
        self.complaints: list[str] = []  # what the console and the scripts complained about

    def __enter__(self) -> Browser:
        command_read, self._command = os.pipe()
        self._answers, answer_write = os.pipe()
        script = f'exec "$@" 3<&{command_read} 4>&{answer_write}'
        argv = ["bash", "-c", script, "bash", *CHROMIUM, "--remote-debugging-pipe", f"--user-data-dir={self._profile}"]
        passed = (command_read, answer_write)
        self._process = subprocess.Popen(argv, pass_fds=passed, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._watchdog = threading.Timer(SECONDS, self._process.kill)
        self._watchdog.start()
        for descriptor in passed:
            os.close(descriptor)
        self._stream = os.fdopen(self._answers, "rb")
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        return self

    def __exit__(self, *_: object) -> None:
        self._watchdog.cancel()
        os.close(self._command)
        self._process.kill()
        self._process.wait()
        self._stream.close()

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command of the DevTools protocol and wait for its answer."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._command, json.dumps(message).encode() + b"\0")
        while (answer := self._receive()).get("id") != self._last:
            self._note(answer)
        assert "error" not in answer, answer["error"]
        result: dict[str, Any] = answer["result"]
        return result

    def _receive(self) -> dict[str, Any]:
        text = bytearray()
        while (byte := self._stream.read(1)) != b"\0":
            assert byte, "Chromium has ended"
            text += byte
        told: dict[str, Any] = json.loads(text)
        return told

    def _note(self, event: dict[str, Any]) -> None:
        self._loaded += event["method"] == "Page.loadEventFired"
        if event["method"] in ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
            self.complaints.append(json.dumps(event["params"]))

    def open(self, address: str) -> None:
        """Load a page and wait until it is complete. An empty page comes first, so that it is loaded anew."""
        for url in ("about:blank", address):
            before = self._loaded
            self.call("Page.navigate", url=url)
            while self._loaded == before:
                self._note(self._receive())

    def run(self, script: str) -> Any:
        """The value of an expression in JavaScript."""
        told = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def wait(self, condition: str) -> None:
        """Wait until an expression in JavaScript is true. The page may change while this waits."""
        while True:
            told = self.call("Runtime.evaluate", expression=f"Boolean({condition})", returnByValue=True)
            if told["result"].get("value") is True:
                return

    def press(self, key: str) -> None:
        """Press one key. A key of one character also writes it."""
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=key)

    def write(self, text: str) -> None:
        """Write a text into the field that has the focus."""
        self.call("Input.insertText", text=text)

    def look(self, width: int, height: int, *, dark: bool = False) -> None:
        """Set the size of the window and its colours."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self, path: Path) -> None:
        """Write a picture of the window."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))
