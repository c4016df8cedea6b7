"""Where a Chromium is on this computer, if there is one."""

import os
import shutil
import sys
from pathlib import Path

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
MAC = ("Google Chrome", "Chromium", "Microsoft Edge")
WINDOWS = ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe")


def usual_places() -> list[Path]:
    """Return where macOS and Windows keep browsers that are not on the PATH."""
    if sys.platform == "darwin":
        apps = (Path("/Applications"), Path.home() / "Applications")
        return [app / f"{name}.app" / "Contents" / "MacOS" / name for app in apps for name in MAC]
    if sys.platform == "win32":
        roots = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        return [Path(os.environ[r], name) for r in roots if r in os.environ for name in WINDOWS]
    return []


def find_browser() -> str | None:
    """Return the browser of REVLAB_BROWSER, of the PATH or of the usual places, or None."""
    if chosen := os.environ.get("REVLAB_BROWSER"):
        found = shutil.which(chosen)
        if found is None:
            raise FileNotFoundError(f"REVLAB_BROWSER names {chosen!r}, which is no program.")
        return found
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    return on_path or next((str(path) for path in usual_places() if path.is_file()), None)
