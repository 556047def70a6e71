"""Debian's wapiti 3.0.4 with its one line mended that Python 3.11 cannot read:
without it no address can be excluded."""
import re

from wapitiCore.main.wapiti import wapiti_main
from wapitiCore.net import crawler

crawler.wildcard_translate = lambda pattern: re.compile(r"(?ms)" + re.escape(pattern).replace(r"\*", ".*") + r"\Z")
wapiti_main()
