#!/bin/sh
# Brings what the tests need beyond Python packages: a browser. As root on Debian it installs one;
# elsewhere it says what to do, and the browser tests skip (in CI they fail instead).
set -eu
chromium=${STATUSHUB_TEST_CHROMIUM:-/usr/bin/chromium}
[ -x "$chromium" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests (once) …"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } >/dev/null
    exit 0
fi
echo "No Chromium at $chromium: install it, or name yours in STATUSHUB_TEST_CHROMIUM." >&2
