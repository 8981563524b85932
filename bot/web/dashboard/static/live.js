// The overview stays as it is now: the server says that something is new, and the content is asked for anew.
// Without this file the page is the same, as of when it was loaded.
(() => {
  "use strict";
  const line = document.querySelector("[data-live]"), now = document.getElementById("now");
  if (!line || !now || !window.EventSource) return;
  const said = document.getElementById("said");
  let isAsking = false, isStale = false;

  // What is in the answer was escaped by the server, and the page's policy lets no script of it run.
  async function refresh() {
    if (isAsking) { isStale = true; return; }
    isAsking = true;
    try {
      const answer = await fetch(line.dataset.now, { credentials: "same-origin", redirect: "error" });
      if (answer.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        swap([...fresh.body.childNodes]);
      }
    } catch { /* the next news asks again */ }
    isAsking = false;
    if (isStale) { isStale = false; refresh(); }
  }

  // Whoever is on a link with the keyboard stays on it.
  function swap(nodes) {
    const at = now.contains(document.activeElement) ? document.activeElement : null;
    const scrolled = [...now.querySelectorAll(".scroll")].map((box) => box.scrollLeft);
    now.replaceChildren(...nodes.map((node) => document.importNode(node, true)));
    now.querySelectorAll(".scroll").forEach((box, i) => { box.scrollLeft = scrolled[i] || 0; });
    if (at) {
      const same = [...now.querySelectorAll(at.tagName)].find((node) => node.getAttribute("href") === at.getAttribute("href"));
      (same || document.getElementById("content")).focus({ preventScroll: true });
    }
  }

  const news = new EventSource(line.dataset.live);
  news.addEventListener("hello", () => { line.textContent = "Live: changes appear here by themselves."; refresh(); });
  news.addEventListener("changed", (event) => {
    const words = JSON.parse(event.data).said;
    if (words && said) said.textContent = words;
    refresh();
  });
  news.addEventListener("bye", () => {
    news.close();
    line.textContent = "Too many of your pages are open: reload this one to see what is new.";
  });
  news.addEventListener("error", () => { line.textContent = "Not connected. Reload the page to see what is new."; });
  setInterval(() => { if (!document.hidden && news.readyState === EventSource.OPEN) refresh(); }, 60000);  // ages
  addEventListener("pagehide", () => news.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();
