#!/usr/bin/env python3
"""Turns the coloured terminal output of a program into an SVG picture.

    unitlab --color always demo | scripts/picture.py TITLE FIRST LAST > docs/demo.svg
    tmux capture-pane -p -e | scripts/picture.py TITLE 1 30 > docs/lesson.svg

FIRST and LAST are line numbers; both lines are included. Fails on SGR codes that unitlab does not write.
"""
import html
import re
import sys

COLOURS = {31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#56d4dd"}
CELL, LINE, LEFT, TOP = 8.4, 19, 18, 52


def styled(line, state):
    """Yields the (text, css) pairs of one line. `state` holds the attributes for the next line."""
    bold, dim, underline, colour = state
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if not part.startswith("\x1b"):
            if part:
                css = [f"fill:{colour}"] if colour else []
                css += ["font-weight:bold"] if bold else []
                css += ["fill-opacity:.6"] if dim else []
                css += ["text-decoration:underline"] if underline else []
                yield part, ";".join(css)
            continue
        for code in map(int, (part[2:-1] or "0").split(";")):
            if code == 0:
                bold = dim = underline = False
                colour = None
            elif code == 1:
                bold = True
            elif code == 2:
                dim = True
            elif code == 4:
                underline = True
            elif code in (39, 49):
                # tmux also resets a background that was never set.
                colour = None if code == 39 else colour
            elif code in COLOURS:
                colour = COLOURS[code]
            else:
                sys.exit(f"picture.py: SGR code {code} is unknown")
    state[:] = bold, dim, underline, colour


def main():
    title, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    lines = sys.stdin.read().split("\n")[first - 1 : last]
    width = LEFT * 2 + 80 * CELL
    height = TOP + LINE * len(lines) + 8
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" viewBox="0 0 {width:.0f} {height}">')
    print("<style>text{font:14px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:#e6edf3;white-space:pre}</style>")
    print('<rect width="100%" height="100%" rx="9" fill="#0d1117"/>')
    for index, dot in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        print(f'<circle cx="{22 + index * 20}" cy="20" r="6" fill="{dot}"/>')
    print(f'<text x="50%" y="25" text-anchor="middle" style="fill:#8b949e">{html.escape(title)}</text>')
    state = [False, False, False, None]
    for row, line in enumerate(lines):
        column = 0
        for text, css in styled(line, state):
            # Stretch each piece to its cells, so that columns line up in every font.
            x, length = LEFT + column * CELL, len(text) * CELL
            if text.strip():
                print(
                    f'<text x="{x:.1f}" y="{TOP + row * LINE}" textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs"'
                    f' xml:space="preserve" style="{css}">{html.escape(text)}</text>'
                )
            column += len(text)
    print("</svg>")


main()
