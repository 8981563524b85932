// Every shop's price as a line of steps, dashed while it cannot be ordered, and below the lines a band of each shop's
// stock. Drag, pinch or turn the wheel with Ctrl to zoom; the buttons and the arrow keys do the same.
(() => {
  "use strict";
  const place = document.querySelector("[data-points]");
  if (!place || !window.Chart) return;
  const note = place.querySelector("[data-note]"), tools = place.querySelector(".tools");
  const canvas = place.querySelector("canvas"), dark = matchMedia("(prefers-color-scheme: dark)");
  const LINES = { light: ["#1f5fbf", "#b4442e", "#1b6e38", "#7a3fa8", "#8a5600", "#0b6e78", "#a02468", "#4a5568"],
                  dark: ["#8ab8ff", "#ff9f8a", "#7fd49a", "#d0a6ff", "#f0c36a", "#6fd3dd", "#ff9acb", "#b6bfcc"] };
  const WORDS = { in: "in stock", later: "to come", out: "sold out", unknown: "stock unknown" };
  const BAND = 12, LEAST = 60 * 1000;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const line = (i) => LINES[dark.matches ? "dark" : "light"][i % 8];
  let chart = null, facts = null, pointed = 0;

  const price = (value) => value === null ? "no price" : facts.currency
    ? new Intl.NumberFormat("en-GB", { style: "currency", currency: facts.currency }).format(value) : String(value);
  const moment = (at, spread) => new Date(at).toLocaleString("en-GB", { timeZone: "UTC", hourCycle: "h23", day: "numeric",
    month: "short", ...(spread > 300 * 864e5 ? { year: "2-digit" } : {}), ...(spread < 4 * 864e5 ? { hour: "2-digit", minute: "2-digit" } : {}) });

  // At any moment the step before it holds.
  Chart.Interaction.modes.held = (shown, event) => {
    const at = pointed = shown.scales.x.getValueForPixel(event.x), found = [];
    shown.getSortedVisibleDatasetMetas().forEach((meta) => {
      const points = shown.data.datasets[meta.index].data;
      let index = -1;
      while (index + 1 < points.length && points[index + 1].x <= at) index += 1;
      if (index >= 0 && meta.data[index]) found.push({ element: meta.data[index], datasetIndex: meta.index, index });
    });
    return found;
  };
  Chart.Tooltip.positioners.pointer = (_, at) => ({ x: at.x, y: at.y });

  const bands = {
    id: "bands",
    afterDatasetsDraw(shown) {
      const { ctx, chartArea: area, scales: { x } } = shown;
      ctx.save();
      ctx.beginPath();
      ctx.rect(area.left, area.top, area.right - area.left, area.bottom - area.top + 400);
      ctx.clip();
      facts.tracks.forEach((track, i) => {
        if (!shown.isDatasetVisible(i)) return;
        const y = x.bottom + 6 + i * BAND, steps = track.steps.filter((each, j, all) => !j || all[j - 1][2] !== each[2]);
        steps.forEach(([at, , shelf], j) => {
          const from = x.getPixelForValue(at), to = x.getPixelForValue(j + 1 < steps.length ? steps[j + 1][0] : facts.end);
          ctx.fillStyle = ctx.strokeStyle = line(i);
          ctx.globalAlpha = shelf === "unknown" ? 0.2 : 1;
          if (shelf === "in") ctx.fillRect(from, y, Math.max(1, to - from), BAND - 4);
          else if (shelf === "later") ctx.fillRect(from, y + BAND - 8, Math.max(1, to - from), 4);
          else ctx.fillRect(from, y + BAND / 2 - 2, Math.max(1, to - from), 1);
        });
      });
      ctx.restore();
      const hovered = shown.tooltip?.opacity ? shown.tooltip.caretX : null;
      if (hovered !== null) {
        ctx.save();
        ctx.strokeStyle = colour("--faint");
        ctx.setLineDash([3, 3]);
        ctx.beginPath();
        ctx.moveTo(hovered, area.top);
        ctx.lineTo(hovered, x.bottom + facts.tracks.length * BAND);
        ctx.stroke();
        ctx.restore();
      }
    },
  };

  function drawn() {
    const text = colour("--text"), grid = colour("--line");
    const datasets = facts.tracks.map((track, i) => {
      const points = track.steps.map(([x, y, shelf, asked]) => ({ x, y, shelf, asked }));
      if (points.length) points.push({ ...points[points.length - 1], x: facts.end });
      return {
        label: track.vendor, data: points, stepped: "before", borderColor: line(i), backgroundColor: line(i),
        borderWidth: 2, pointRadius: 0, pointHoverRadius: 4, spanGaps: false,
        segment: { borderDash: (each) => points[each.p0DataIndex].asked ? undefined : [3, 4] },
      };
    });
    chart?.destroy();
    chart = new Chart(canvas, {
      type: "line", data: { datasets }, plugins: [bands],
      options: {
        animation: false, maintainAspectRatio: false, responsive: true, parsing: false, normalized: true,
        layout: { padding: { bottom: 10 + facts.tracks.length * BAND } },
        interaction: { mode: "held", intersect: false },
        scales: {
          x: { type: "linear", min: facts.start, max: facts.end, grid: { color: grid },
               ticks: { color: text, maxRotation: 0, autoSkip: true, maxTicksLimit: innerWidth < 600 ? 4 : 8,
                        callback(at) { return moment(at, this.max - this.min); } } },
          y: { grid: { color: grid }, ticks: { color: text, callback: (value) => price(value) }, grace: "5%" },
        },
        plugins: {
          legend: { position: "top", align: "start", labels: { color: text, boxWidth: 14, boxHeight: 3 } },
          tooltip: {
            boxWidth: 10, boxHeight: 10, boxPadding: 4,
            position: "pointer",
            callbacks: {
              title: () => `${moment(pointed, 0)} UTC`,
              label: (each) => `${each.dataset.label}: ${price(each.raw.y)}, ${WORDS[each.raw.shelf]}`,
            },
          },
        },
      },
    });
  }

  function look(from, to) {
    const spread = Math.min(Math.max(to - from, LEAST), facts.end - facts.start), x = chart.options.scales.x;
    x.min = Math.min(Math.max(from, facts.start), facts.end - spread);
    x.max = x.min + spread;
    chart.update("none");
  }
  function zoom(factor, at) {
    const { min, max } = chart.scales.x, middle = at ?? (min + max) / 2;
    look(middle - (middle - min) * factor, middle + (max - middle) * factor);
  }
  function move(share) {
    const { min, max } = chart.scales.x;
    look(min + (max - min) * share, max + (max - min) * share);
  }
  const acts = { in: () => zoom(0.5), out: () => zoom(2), left: () => move(-0.4), right: () => move(0.4),
                 all: () => look(facts.start, facts.end) };

  function listen() {
    tools.addEventListener("click", (event) => acts[event.target.dataset.zoom]?.());
    canvas.tabIndex = 0;
    canvas.addEventListener("keydown", (event) => {
      const act = { "+": "in", "=": "in", "-": "out", ArrowLeft: "left", ArrowRight: "right", Home: "all" }[event.key];
      if (act && !event.ctrlKey && !event.metaKey) { event.preventDefault(); acts[act](); }
    });
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;  // else the page could not be scrolled past it
      event.preventDefault();
      zoom(event.deltaY < 0 ? 0.8 : 1.25, chart.scales.x.getValueForPixel(event.offsetX));
    }, { passive: false });
    let began = null;
    canvas.addEventListener("pointerdown", (event) => { if (event.pointerType === "mouse") began = event.offsetX; });
    addEventListener("pointerup", (event) => {
      if (began === null) return;
      const ended = event.clientX - canvas.getBoundingClientRect().left, x = chart.scales.x;
      if (Math.abs(ended - began) > 8) {
        const at = [began, ended].map((each) => x.getValueForPixel(each)).sort((a, b) => a - b);
        look(...at);
      }
      began = null;
    });
    canvas.addEventListener("dblclick", acts.all);
    dark.addEventListener("change", drawn);
  }

  (async () => {
    try {
      const answer = await fetch(place.dataset.points, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      facts = await answer.json();
      place.classList.add("drawn");
      drawn();
      listen();
      tools.hidden = false;
      note.textContent = "Solid lines: it could be ordered at that price. Below, a band for each shop: full while in stock, half while to come, a hair while not. Drag over the chart, or Ctrl with the wheel, to zoom. Times are UTC.";
    } catch {
      note.textContent = "The chart could not be drawn. The table below has the same in figures.";
    }
  })();
})();
