#!/bin/sh
# Install what the browser tests drive: Debian's Chromium and a Chinese font. Does nothing where both are present.
set -eu

has_browser() { command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1; }
has_font() { command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh-cn family)" ]; }

if has_browser && has_font; then
  exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
  echo "请先安装 Chromium 和一种中文字体，再运行浏览器测试。Install Chromium and a Chinese font first." >&2
  exit 1
fi
as_root=""
if [ "$(id -u)" -ne 0 ]; then
  as_root="sudo"
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
$as_root apt-get install -y -qq --no-install-recommends chromium fontconfig fonts-wqy-zenhei >/dev/null
