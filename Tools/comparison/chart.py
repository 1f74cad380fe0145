"""The comparison as bars: how long each engine takes, Vitrine being 1."""

ENGINES = [("Vitrine", "#0b7a75"), ("PyTorch", "#c44e28"), ("ONNX Runtime", "#6a6fa8"), ("OpenVINO", "#b08d2e")]
WIDTH, LEFT, BAR, GAP, TOP = 860, 250, 13, 18, 64


def write(rows, machine, threads, path):
    longest = max(max(entry["peers"].values()) / entry["ours_s"] for entry in rows)
    scale = (WIDTH - LEFT - 90) / min(longest, 6)
    height = TOP + len(rows) * (4 * BAR + GAP) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        '<text x="12" y="22" font-size="15">Time of one run, Vitrine = 1 (shorter is faster)</text>',
        f'<text x="12" y="42" fill="#555555">{machine["cpu"]}, {threads} threads, fp32</text>',
    ]
    for index, (name, colour) in enumerate(ENGINES):
        x = 430 + index * 106
        parts.append(f'<rect x="{x}" y="31" width="11" height="11" fill="{colour}"/>')
        parts.append(f'<text x="{x + 16}" y="41">{name}</text>')
    for index, entry in enumerate(rows):
        y = TOP + index * (4 * BAR + GAP)
        label = entry["title"] + (f", batch {entry['batch']}" if entry["batch"] == 8 else "")
        parts.append(f'<text x="{LEFT - 10}" y="{y + 2 * BAR + 4}" text-anchor="end">{label}</text>')
        for place, (name, colour) in enumerate(ENGINES):
            times = 1 if name == "Vitrine" else entry["peers"][name] / entry["ours_s"]
            length = min(times, 6) * scale
            top = y + place * BAR
            parts.append(f'<rect x="{LEFT}" y="{top}" width="{length:.1f}" height="{BAR - 2}" fill="{colour}"/>')
            parts.append(f'<text x="{LEFT + length + 5:.1f}" y="{top + 10}" font-size="11">{times:.2f}</text>')
    parts.append("</svg>\n")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(parts))
