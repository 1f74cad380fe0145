// The way from the map to the mask: PPG and CPS step by step.
"use strict";

if (!page.method) byId("method-section").classList.add("hidden");
else {
  const method = page.method;
  const scaleX = photo.width / page.picture.original.width, scaleY = photo.height / page.picture.original.height;
  const state = { group: 0, step: 0, point: -1, strength: 65, looks: false, layer: 2, token: "the single mask" };
  const whole = (node) => {
    const found = numbers(node);
    return found && { map: found, height: found.shape[0], width: found.shape[1] };
  };
  const maps = Object.fromEntries(["map", "smoothed", "heat", "lines", "fused", "mask"].map((name) => [name, whole(method[name])]));
  const groups = method.groups.map((group) => ({
    ...group,
    similarity: whole(group.similarity), ringMap: whole(group.ringMap), cost: whole(group.cost),
    logits: group.logits.map(whole),
    looks: group.decoder.map((stage) => decoderLooks(stage, group.points)),
  }));

  const list = (...rows) => {
    const node = element("dl", { class: "facts" });
    node.append(...rows.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))));
    return node;
  };

  const line = (map, i) => Math.min(1, Math.max(0, map.map.at(i)));
  const tint = (map, value, colour) => tinted(map.width, map.height, value, colour);
  const plain = (map) => tint(map, (i) => line(map, i));
  const spread = (map) => {
    let low = Infinity, high = -Infinity;
    for (let i = 0; i < map.map.length; i++) [low, high] = [Math.min(low, map.map.at(i)), Math.max(high, map.map.at(i))];
    return tint(map, (i) => (map.map.at(i) - low) / Math.max(1e-6, high - low));
  };

  // Everything that a step shows. `points` says whether the group's points are drawn.
  function steps() {
    const group = groups[state.group];
    const cut = method.threshold;
    const found = [
      {
        name: "Map S", text: "CLIP's patches against the sentences for a flawless and a damaged object, enlarged and smoothed. "
          + "The scale is that of the probabilities, 0 to 1.",
        map: plain(maps.map), smooth: true, details: [list(["CLIP's score of the whole", fixed(method.clipScore, 3)])],
      },
    ];
    if (maps.smoothed) {
      found.push({
        name: "Smoothed", text: "The map as the mean over cells that SAM's features find alike, so that a defect has one score and "
          + "its surroundings another.",
        map: plain(maps.smoothed), smooth: true,
      });
    }
    if (maps.heat && cut) {
      found.push({
        name: "Heat and cut", text: "The map on its own range, n. What reaches the cut is the extreme region; the rest is dark here.",
        map: tint(maps.heat, (i) => (maps.heat.map.at(i) >= cut.heat ? line(maps.heat, i) : 0)), smooth: false,
        details: [list(["cut of n", fixed(cut.heat, 3)], ["the same of S", fixed(cut.score, 3)], ["rule", cut.rule],
          ["covers", percent(cut.coverage)])],
      });
    }
    if (!group) return found.concat(lines(), last());
    const ring = group.ring;
    found.push({
      name: "Group", text: "A connected part of the extreme region, with its points: positive ones where it is hottest.",
      map: null, box: group.region.box, points: "positive",
      details: [list(["peak of n", fixed(group.region.peakHeat, 3)], ["pixels of the map", group.region.areaMapPixels])],
    });
    if (group.similarity) {
      found.push({
        name: "Similarity", text: "Cosine of each cell of SAM's embedding with the prototype, the mean at the positive points.",
        map: spread(group.similarity), smooth: false, points: "positive",
      });
    }
    if (group.ringMap) {
      found.push({
        name: "Ring and cost", text: "Negative points come from the ring around the region. Dark is a low cost: unlike the "
          + "region in SAM's features, and cold. The lowest are chosen.",
        map: group.cost
          ? tint(group.cost, (i) => (group.cost.map.bytes[i] === 255 ? null : group.cost.map.bytes[i] / 254))
          : tint(group.ringMap, (i) => (group.ringMap.map.at(i) > 0.5 ? 0.6 : null)),
        smooth: false, points: "negative",
        details: [list(["pixels of the ring", ring.area], ["candidates", ring.candidates], ["enlarged", `${ring.growths} times`])],
      });
    }
    group.stages.forEach((stage, index) => {
      const logits = group.logits[index];
      const prompt = [`${stage.positivePoints} positive and ${stage.negativePoints} negative points`]
        .concat(stage.hasMaskPrompt ? "the mask of the stage before" : [], stage.box ? "a box" : []);
      found.push({
        name: `Stage ${stage.stage}`, text: `SAM was asked with ${prompt.join(", ")}. `
          + (stage.rejection ? `The mask was set aside: ${told(rejections, stage.rejection)}.` : "The mask was accepted."),
        map: tint(logits, (i) => 1 / (1 + Math.exp(-logits.map.at(i)))), smooth: true, outline: logits,
        box: stage.box, points: "all",
        details: [
          list(["pixels", stage.area], ["chosen mask", `${stage.chosen + 1} of ${stage.predictedIoU.length}`],
            ...kinship(group.decoder[index]?.change)),
          scores(stage),
        ],
        looks: group.looks[index], decoder: group.decoder[index],
      });
    });
    return found.concat(lines(), last());
  }

  // How like a stage's mask is to those before and behind it.
  const kinship = (change) => [["IoU with the stage before", change?.iouWithPrevious], ["IoU with the final mask", change?.iouWithFinal]]
    .filter(([, value]) => typeof value === "number").map(([name, value]) => [name, fixed(value, 3)]);

  function scores(stage) {
    return element("div", { class: "scroll" }, element("table", {},
      element("thead", {}, element("tr", {}, ...["mask", "predicted IoU", "score of the choice"].map((t, i) =>
        element("th", { scope: "col", class: i ? "number" : null }, t)))),
      element("tbody", {}, ...stage.predictedIoU.map((iou, i) => element("tr", {},
        element("td", {}, `${i + 1}${i === stage.chosen ? ", chosen" : ""}`),
        element("td", { class: "number" }, fixed(iou, 3)),
        element("td", { class: "number" }, fixed(stage.selectionScores[i], 3)))))));
  }

  function lines() {
    return maps.lines ? [{
      name: "Lines", text: "What each pixel keeps of its score: where the map is high on dark or bright lines, pixels on such "
        + "lines keep theirs and others lose some. The brightest keeps most.",
      map: plain(maps.lines), smooth: true, points: "none",
    }] : [];
  }

  function last() {
    return {
      name: "Final", text: method.omission
        ? `SAM was not asked (${method.omission}); the final map is S.`
        : `Map and masks joined${maps.lines ? " and sharpened by the lines" : ""}: the final map, with the outline of all masks that stand.`,
      map: plain(maps.fused), smooth: true, outline: maps.mask, points: "none",
      details: [list(["score", fixed(method.score, 3)], ["pixels of the mask", method.maskArea])],
    };
  }

  // The line along which a map passes the middle of its range, at the picture's resolution.
  function outlined(map) {
    const { width, height } = photo;
    const middle = map.map.low + (map.map.high - map.map.low) / 2;
    const across = axis(width, map.width), down = axis(height, map.height);
    const inside = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      const [y0, y1, v] = down[y];
      for (let x = 0; x < width; x++) {
        const [x0, x1, u] = across[x];
        const at = (line, column) => map.map.at(line * map.width + column);
        const value = (at(y0, x0) * (1 - u) + at(y0, x1) * u) * (1 - v) + (at(y1, x0) * (1 - u) + at(y1, x1) * u) * v;
        inside[y * width + x] = value > middle ? 1 : 0;
      }
    }
    const thick = Math.max(1, Math.round(width / 360));
    return tinted(width, height, (i) => {
      if (!inside[i]) return null;
      const x = i % width, y = (i - x) / width;
      const isEdge = (x >= thick && !inside[i - thick]) || (x < width - thick && !inside[i + thick])
        || (y >= thick && !inside[i - thick * width]) || (y < height - thick && !inside[i + thick * width]);
      return isEdge ? 1 : null;
    }, [...Array(255).fill([0, 0, 0]), [255, 255, 255]]);
  }

  // For each pixel of a longer axis its two neighbours on the shorter one, and how far it is from the first.
  function axis(long, short) {
    return Array.from({ length: long }, (_, i) => {
      const place = Math.min(short - 1, Math.max(0, ((i + 0.5) * short) / long - 0.5));
      const first = Math.floor(place);
      return [first, Math.min(short - 1, first + 1), place - first];
    });
  }

  let shown = [];
  function visible(step) {
    const points = groups[state.group]?.points ?? [];
    if (!step.points || step.points === "none") return [];
    return points.map((point, index) => ({ point, index }))
      .filter(({ point }) => step.points === "all" || point.label === step.points);
  }

  function draw() {
    const all = steps();
    state.step = Math.min(state.step, all.length - 1);
    const step = all[state.step];
    fill("steps", ...all.map((entry, index) => element("button", {
      type: "button", role: "tab", "aria-selected": String(index === state.step), tabindex: index === state.step ? 0 : -1,
      onclick: () => go(index),
    }, `${index + 1}. ${entry.name}`)));
    const canvas = byId("method-map");
    const looks = lookControls(step);
    const context = looks
      ? drawOver(canvas, looks.map(state.layer, state.look), state.strength / 100, false)
      : drawOver(canvas, step.map, state.strength / 100, step.smooth);
    const thin = Math.max(2, photo.width / 240);
    if (step.outline) {
      context.drawImage(outlined(step.outline), 0, 0);
    }
    if (step.box) {
      const { x0, y0, x1, y1 } = step.box;
      context.lineWidth = thin;
      context.strokeStyle = "#ffffff";
      context.setLineDash([4 * thin, 3 * thin]);
      context.strokeRect(x0 * scaleX, y0 * scaleY, (x1 - x0 + 1) * scaleX, (y1 - y0 + 1) * scaleY);
      context.setLineDash([]);
    }
    shown = visible(step);
    const style = getComputedStyle(document.documentElement);
    for (const { point, index } of shown) {
      const [x, y] = [(point.position.x + 0.5) * scaleX, (point.position.y + 0.5) * scaleY];
      context.beginPath();
      context.arc(x, y, (index === state.point ? 4.5 : 3) * thin, 0, 2 * Math.PI);
      context.fillStyle = style.getPropertyValue(point.label === "positive" ? "--positive" : "--negative");
      context.fill();
      context.lineWidth = index === state.point ? 1.6 * thin : thin;
      context.strokeStyle = "#ffffff";
      context.stroke();
    }
    byId("step-title").textContent = `${state.step + 1}. ${step.name}`;
    byId("step-text").textContent = step.text;
    fill("step-details", ...(step.details ?? []));
    caption(looks);
    effects(step);
    table();
  }

  // Shows what can be chosen of a step's attentions, and returns them where they are to be drawn.
  function lookControls(step) {
    byId("looks").classList.toggle("hidden", !step.looks);
    byId("look-choice").classList.toggle("hidden", !state.looks);
    if (!step.looks) return null;
    const { tokens, layers } = step.looks;
    // Another stage may lack the token.
    state.look = Math.max(0, tokens.indexOf(state.token));
    state.layer = Math.min(state.layer, layers.length - 1);
    const select = byId("look-token");
    if ([...select.options].map((option) => option.value).join() !== tokens.join()) {
      select.replaceChildren(...tokens.map((token) => element("option", { value: token }, token)));
    }
    select.selectedIndex = state.look;
    return state.looks ? step.looks : null;
  }

  function effects(step) {
    byId("effects-block").classList.toggle("hidden", !step.decoder);
    if (!step.decoder) return;
    const { area, predictedIoU } = step.decoder.effects.whole;
    byId("effects-lead").textContent =
      `SAM is asked again for the single mask, with the whole prompt (${area} pixels, predicted IoU ${fixed(predictedIoU, 3)}) and `
      + "without each part of it. The change is 1 less the IoU of both masks; the last column is how much the part raises the mean of the logits.";
    fill("effects", ...effectTable(step.decoder, groups[state.group].points, state.point, pick));
  }

  function caption(looks) {
    if (looks) {
      const peak = looks.peak(state.layer, state.look);
      byId("step-caption").textContent = `Where the token "${state.token}" looks, ${state.layer === looks.layers.length - 1
        ? "in the final attention" : `in layer ${state.layer}`}, mean of the heads: the brightest cell has ${percent(peak)}, `
        + `${fixed(peak / looks.evenly, 0)} times an even share.`;
      return;
    }
    const point = groups[state.group]?.points[state.point];
    byId("step-caption").textContent = point
      ? `${point.label} point at ${point.position.x}, ${point.position.y}: ${told(pointReasons, point.reason)}.`
      : shown.length ? "Choose a point to read why it was chosen." : "";
  }

  function table() {
    const points = groups[state.group]?.points ?? [];
    if (points.length === 0) return fill("points", element("tbody", {}, element("tr", {}, element("td", {}, "There are none: SAM was not asked."))));
    const names = ["point", "x, y", "S", "n", "similarity", "why"];
    fill("points",
      element("caption", { class: "unseen" }, "Points of the group"),
      element("thead", {}, element("tr", {}, ...names.map((name) => element("th", { scope: "col" }, name)))),
      element("tbody", {}, ...points.map((point, index) => element("tr", { "aria-selected": String(index === state.point), onclick: () => pick(index) },
        element("td", {}, element("button", { type: "button", "aria-pressed": String(index === state.point) },
          element("span", { class: `dot ${point.label}` }), `${point.label} ${index + 1}`)),
        element("td", {}, `${point.position.x}, ${point.position.y}`),
        element("td", {}, fixed(point.score, 3)), element("td", {}, fixed(point.heat, 3)),
        element("td", {}, fixed(point.similarity, 3)),
        element("td", { class: "wide" }, told(pointReasons, point.reason))))));
  }

  function pick(index) {
    const had = document.activeElement?.closest("#points, #effects")?.id;
    state.point = index;
    const label = groups[state.group].points[index].label;
    const all = steps();
    const { looks } = all[state.step];
    if (looks && looks.ofPoint(index) >= 0) state.token = looks.tokens[looks.ofPoint(index)];
    if (!visible(all[state.step]).some((entry) => entry.index === index)) {
      state.step = all.findIndex((step) => step.points === label);
    }
    draw();
    if (had) byId(had).querySelectorAll("button")[index]?.focus();
  }

  function go(index) {
    const had = document.activeElement?.closest("#steps") !== null;
    state.step = index;
    draw();
    if (had) byId("steps").children[state.step].focus();
  }

  byId("steps").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const count = byId("steps").children.length;
    if (step) {
      event.preventDefault();
      go((state.step + step + count) % count);
    }
  });
  const canvas = byId("method-map");
  canvas.addEventListener("pointerdown", (event) => {
    const [x, y] = place(canvas, event).map((part, axis) => part * (axis ? photo.height : photo.width));
    const near = shown.map(({ point, index }) =>
      ({ index, distance: Math.hypot((point.position.x + 0.5) * scaleX - x, (point.position.y + 0.5) * scaleY - y) }))
      .sort((a, b) => a.distance - b.distance)[0];
    if (near && near.distance < photo.width / 12) pick(near.index);
  });
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step || shown.length === 0) return;
    event.preventDefault();
    const at = shown.findIndex((entry) => entry.index === state.point);
    pick(shown[at < 0 ? 0 : (at + step + shown.length) % shown.length].index);
  });

  byId("method-lead").textContent = groups.length
    ? `${groups.length === 1 ? "One group" : groups.length + " groups"} of points became masks by SAM. Go through the steps one by one.`
    : "No group of points was found in this picture.";
  if (groups.length > 1) {
    choices("groups", groups.map((_, index) => String(index + 1)), 0, (index) => {
      state.group = index;
      state.point = -1;
      draw();
    });
  } else byId("groups").classList.add("hidden");
  choices("look-what", ["the mask", "where a token looks"], 0, (index) => {
    state.looks = index === 1;
    draw();
  });
  const layers = groups.flatMap((group) => group.looks).find((looks) => looks)?.layers ?? [];
  state.layer = Math.max(0, layers.length - 1);
  choices("look-layer", layers, state.layer, (index) => {
    state.layer = index;
    draw();
  });
  byId("look-token").addEventListener("change", (event) => {
    state.token = event.target.value;
    draw();
  });
  slider("strength", state.strength, 100, (value) => `${value} %`, (value) => {
    state.strength = value;
    draw();
  });
  draw();
}
