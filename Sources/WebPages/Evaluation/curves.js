// The curves, the distributions of scores, and the threshold that goes along them.
"use strict";

const live = { className: null, variant: mainVariant, threshold: 0, listeners: [] };
const classNames = [...new Set(page.pictures.map((picture) => picture.className))];

// The curve of a class, or of all together where the class is null; undefined where it has none.
function curveOf(variant) {
  return page.curves.find((curve) => curve.variant === variant && (curve.className ?? null) === live.className);
}

// ---- Diagrams

function drawn(name, attributes, ...children) {
  const node = document.createElementNS(byId("roc").namespaceURI, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

const area = { left: 38, top: 8, width: 252, height: 200 };
const across = (x) => area.left + x * area.width;
const upwards = (y) => area.top + (1 - y) * area.height;

// Axes with marks at quarters; `right` is the value at the right end.
function frame(id, xTitle, yTitle, marks) {
  const svg = byId(id);
  svg.setAttribute("viewBox", "0 0 300 252");
  svg.replaceChildren(
    ...[0.25, 0.5, 0.75].flatMap((at) => [
      drawn("line", { class: "grid", x1: across(at), x2: across(at), y1: upwards(0), y2: upwards(1) }),
      drawn("line", { class: "grid", x1: across(0), x2: across(1), y1: upwards(at), y2: upwards(at) })]),
    drawn("rect", { class: "frame", x: area.left, y: area.top, width: area.width, height: area.height }),
    ...marks.x.map((text, i) => drawn("text", {
      x: across(i / (marks.x.length - 1)), y: upwards(0) + 15, "text-anchor": i === 0 ? "start" : i === marks.x.length - 1 ? "end" : "middle",
    }, text)),
    ...marks.y.map((text, i) => drawn("text", {
      x: area.left - 5, y: upwards(i / (marks.y.length - 1)) + 4, "text-anchor": "end" }, text)),
    drawn("text", { x: across(0.5), y: upwards(0) + 31, "text-anchor": "middle" }, xTitle),
    drawn("text", { x: -upwards(0.5), y: 10, "text-anchor": "middle", transform: "rotate(-90)" }, yTitle));
  return svg;
}

const unit = ["0", "0.5", "1"];

// A line through places [x, y], cut at the right edge where x is more than 1.
function line(svg, places, colour, isFaint) {
  const cut = [];
  for (const [index, place] of places.entries()) {
    if (place[0] <= 1) cut.push(place);
    else {
      const before = places[index - 1];
      if (before && before[0] < 1) cut.push([1, before[1] + ((place[1] - before[1]) * (1 - before[0])) / (place[0] - before[0])]);
      break;
    }
  }
  svg.append(drawn("polyline", {
    class: "line" + (isFaint ? " faint" : ""), style: `stroke:${colour}`,
    points: cut.map(([x, y]) => `${across(x).toFixed(2)},${upwards(y).toFixed(2)}`).join(" "),
  }));
}

function mark(svg, [x, y], colour) {
  if (x > 1) return;
  svg.append(drawn("circle", { cx: across(x), cy: upwards(y), r: 4.5, style: `fill:${colour};stroke:var(--paper);stroke-width:2` }));
}

// What a curve says at its points.
const ways = {
  roc: (curve, i) => [curve.falsePositives[i] / curve.negatives, curve.truePositives[i] / curve.positives],
  pr: (curve, i) => [curve.truePositives[i] / curve.positives, curve.truePositives[i] / (curve.truePositives[i] + curve.falsePositives[i])],
  pro: (curve, i) => [curve.falsePositives[i] / curve.negatives / 0.3, curve.overlap[i]],
};

function diagram(id, way, xTitle, yTitle, xMarks, curves, colour, at) {
  const svg = frame(id, xTitle, yTitle, { x: xMarks, y: unit });
  for (const [curve, isMain] of curves) {
    const places = curve.thresholds.map((_, i) => ways[way](curve, i));
    // Before the first point nothing is found; precision stays what it is there.
    line(svg, [[0, way === "pr" ? places[0][1] : 0], ...places], colour(curve), !isMain);
    if (isMain && at(curve) >= 0) mark(svg, places[at(curve)], colour(curve));
  }
}

// The last point whose threshold is not below the chosen one: what is found there.
function pointAt(curve) {
  let found = -1;
  while (found + 1 < curve.thresholds.length && curve.thresholds[found + 1] >= live.threshold) found += 1;
  return found;
}

// Two distributions, each of its own sum, on a scale of square roots, so that rare scores are seen.
function distribution(id, low, high, normal, anomalous, xTitle, threshold) {
  const sums = [normal, anomalous].map((counts) => counts.reduce((sum, n) => sum + n, 0));
  const shares = [normal, anomalous].map((counts, i) => counts.map((n) => Math.sqrt(n / Math.max(1, sums[i]))));
  const most = Math.max(1e-9, ...shares.flat());
  const digits = high - low < 0.1 ? 4 : 2;
  const svg = frame(id, xTitle, "share, square root", {
    x: [low, (low + high) / 2, high].map((value) => fixed(value, digits)),
    y: [0, 0.25, 1].map((share) => percent(share * most * most)),
  });
  shares.forEach((heights, kind) => heights.forEach((height, i) => {
    if (height === 0) return;
    svg.append(drawn("rect", {
      class: kind ? "anomalous" : "normal", x: across(i / heights.length), width: area.width / heights.length - 0.3,
      y: upwards(height / most), height: (area.height * height) / most }));
  }));
  if (threshold !== null && high > low) {
    const x = across(Math.min(1, Math.max(0, (threshold - low) / (high - low))));
    svg.append(drawn("line", { class: "at", x1: x, x2: x, y1: upwards(0), y2: upwards(1) }));
  }
}

// ---- All of it, for the class and the map that are chosen

function drawCurves() {
  const curves = page.variants.map(curveOf).filter((curve) => curve?.thresholds).map((curve) => [curve, curve.variant === live.variant])
    .sort((a, b) => a[1] - b[1]);
  const colour = (curve) => series(curve.variant);
  diagram("roc", "roc", "false positive rate", "recall", unit, curves, colour, pointAt);
  diagram("pr", "pr", "recall", "precision", unit, curves, colour, pointAt);
  diagram("pro", "pro", "false positive rate", "found share of a region", ["0", "0.15", "0.3"], curves, colour, pointAt);
  const chosen = curveOf(live.variant);
  if (chosen) {
    const { low, high, normal, anomalous } = chosen.histogram;
    distribution("pixels", low, high, normal, anomalous, "score of a pixel", live.threshold);
  }
  const pictures = picturesOfClass();
  const scores = pictures.map((picture) => picture.score);
  const low = Math.min(...scores), high = Math.max(...scores), bins = 24;
  const counts = [new Array(bins).fill(0), new Array(bins).fill(0)];
  for (const picture of pictures) {
    const bin = high > low ? Math.min(bins - 1, Math.floor((bins * (picture.score - low)) / (high - low))) : 0;
    counts[picture.label === "defective" ? 1 : 0][bin] += 1;
  }
  distribution("scores", low, high, counts[0], counts[1], "score of a picture", null);
  const ofPictures = page.pictureCurves.find((curve) => (curve.className ?? null) === live.className && curve.thresholds);
  diagram("picture-roc", "roc", "false positive rate", "recall", unit, ofPictures ? [[ofPictures, true]] : [],
    () => series(mainVariant), () => -1);
  const note = chosen?.thresholds ? "" : ` There is none here: ${reasons[chosen?.undefined] ?? "nothing was measured"}.`;
  byId("roc-caption").textContent = "Receiver operating curve of pixels." + note;
  byId("pr-caption").textContent = "Precision over recall of pixels.";
  byId("pro-caption").textContent = "Region overlap, up to a false positive rate of 0.3.";
  byId("pixels-caption").textContent = `Scores of flawless and of anomalous pixels, ${title(live.variant)}.`;
  byId("scores-caption").textContent = "Scores of flawless pictures and of pictures with a defect.";
  byId("picture-roc-caption").textContent = "Receiver operating curve of pictures by their scores."
    + (ofPictures ? "" : " It takes pictures with and without a defect.");
}

function picturesOfClass() {
  return page.pictures.filter((picture) => live.className === null || picture.className === live.className);
}

function drawCounts() {
  const curve = curveOf(live.variant);
  if (!curve?.thresholds) return fill("counts", "There are no counts here.");
  const at = pointAt(curve);
  const hits = at < 0 ? 0 : curve.truePositives[at], wrong = at < 0 ? 0 : curve.falsePositives[at];
  const missed = curve.positives - hits;
  const bold = (text) => element("b", {}, text);
  const share = (a, b) => (b > 0 ? fixed(a / b, 3) : "\u2013");
  const variant = page.variants.indexOf(live.variant);
  const groups = ["defective", "normal"].map((label) => picturesOfClass().filter((picture) => picture.label === label));
  const above = groups.map((pictures) => pictures.filter((picture) => picture.peaks[variant] >= live.threshold).length);
  fill("counts", "Pixels: ", bold(count(hits)), " defect found, ", bold(count(wrong)), " found wrongly, ", bold(count(missed)),
    " missed; precision ", bold(share(hits, hits + wrong)), ", recall ", bold(share(hits, curve.positives)),
    ", F1 ", bold(share(2 * hits, 2 * hits + wrong + missed)), ", IoU ", bold(share(hits, hits + wrong + missed)),
    ". Pictures with a pixel found: ", bold(`${above[0]} of ${groups[0].length}`), " with a defect, ",
    bold(`${above[1]} of ${groups[1].length}`), " without.");
}

function f1(curve, at) {
  return (2 * curve.truePositives[at]) / (curve.truePositives[at] + curve.falsePositives[at] + curve.positives);
}

function tell(listener) { live.listeners.push(listener); }

function showThreshold() {
  const curve = curveOf(live.variant);
  const input = byId("threshold");
  const last = (curve?.thresholds?.length ?? 1) - 1;
  // To the right is higher.
  live.threshold = curve?.thresholds ? curve.thresholds[last - Number(input.value)] : Infinity;
  const at = curve?.thresholds ? pointAt(curve) : -1;
  const words = at < 0 ? "\u2013" : `${fixed(live.threshold, 4)}, F1 ${fixed(f1(curve, at), 3)}`;
  byId("threshold-value").textContent = words;
  input.setAttribute("aria-valuetext", words);
  drawCurves();
  drawCounts();
  for (const listener of live.listeners) listener();
}

function chooseBest() {
  const curve = curveOf(live.variant);
  const input = byId("threshold");
  const last = (curve?.thresholds?.length ?? 1) - 1;
  let best = 0;
  for (let i = 1; i <= last; i++) if (f1(curve, i) > f1(curve, best)) best = i;
  input.max = last;
  input.value = last - best;
  input.disabled = !curve?.thresholds;
  showThreshold();
}

fill("class", element("option", { value: "" }, "all together"),
  ...classNames.map((name, index) => element("option", { value: index }, name)));
byId("class").addEventListener("change", (event) => {
  live.className = event.target.value === "" ? null : classNames[Number(event.target.value)];
  chooseBest();
});
if (page.variants.length > 1) {
  choices("variant", page.variants.map(title), page.variants.length - 1, (index) => {
    live.variant = page.variants[index];
    chooseBest();
  });
} else byId("variant").classList.add("hidden");
byId("threshold").addEventListener("input", showThreshold);
byId("best").addEventListener("click", chooseBest);
variantLegend("curves-legend",
  element("li", {}, swatch("color-mix(in srgb, var(--muted) 45%, transparent)"), "flawless"),
  element("li", {}, swatch("var(--false)"), "with a defect"));
