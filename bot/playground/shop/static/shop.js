// Draws the shop once, then follows the event stream; whatever is pressed goes to the server and comes back as news.

const STOCK = {
  in_stock: "In stock", limited: "Limited", preorder: "Pre-order", backorder: "Back-order",
  out_of_stock: "Sold out", discontinued: "Discontinued",
};
const FAULTS = {
  none: "answers normally", captcha: "asks for a captcha", error500: "fails (500)", slow: "takes 30 s",
  gone: "is gone (404)", empty: "is an empty shell",
};

const said = document.querySelector("#said");
const lively = document.querySelector("#lively");
const cells = new Map();
let hush;

function make(tag, properties = {}, ...children) {
  const { testid, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), rest);
  if (testid) element.dataset.testid = testid;
  element.append(...children);
  return element;
}

function say(message, isTrouble = false) {
  said.textContent = message;
  said.classList.toggle("trouble", isTrouble);
  said.classList.add("shown");
  clearTimeout(hush);
  hush = setTimeout(() => said.classList.remove("shown"), 6000);
}

async function order(path, body) {
  try {
    const answer = await fetch(`/control/${path}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    const { message } = await answer.json();
    say(message, !answer.ok);
    return answer.ok;
  } catch {
    say("The shop does not answer. Is it still running?", true);
    return false;
  }
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `/static/shop-art.svg#${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

function choice(words, label, testid, onchange) {
  const options = Object.entries(words).map(([value, textContent]) => make("option", { value, textContent }));
  return make("select", { ariaLabel: label, testid, onchange }, ...options);
}

function press(text, label, testid, onclick) {
  return make("button", { type: "button", textContent: text, ariaLabel: label, testid, onclick });
}

// Sends when it is left or Enter is pressed, and then shows what the shop made of it; Escape puts the price back.
function priceField(label, testid, send) {
  const input = make("input", { type: "text", inputMode: "decimal", autocomplete: "off", ariaLabel: label, testid });
  const putBack = () => { delete input.dataset.typing; input.value = input.dataset.now; };
  input.addEventListener("input", () => { input.dataset.typing = ""; });
  input.addEventListener("change", async () => { await send(input.value); putBack(); });
  input.addEventListener("keydown", (event) => { if (event.key === "Escape") { putBack(); input.blur(); } });
  return input;
}

function makeCell(product, vendor, page) {
  const where = `${product.name} at ${vendor.name}`;
  const id = `${product.sku}-${vendor.slug}`;
  const send = (body) => order(`${product.sku}/${vendor.slug}`, body);
  const price = priceField(`Price of ${where} in pounds`, `price-${id}`, (value) => send({ price: value }));
  const stock = choice(STOCK, `Stock of ${where}`, `stock-${id}`, () => send({ availability: stock.value }));
  const fault = choice(FAULTS, `What the page of ${where} does`, `fault-${id}`, () => send({ fault: fault.value }));
  const restock = press("Restock", `Restock ${where}`, `restock-${id}`, () => send({ action: "restock" }));
  const sellOut = press("Sell out", `Sell out ${where}`, `sellout-${id}`, () => send({ action: "sell_out" }));
  const discount = press("−20 %", `−20 % on ${where}`, `discount-${id}`, () => send({ action: "discount" }));
  const open = make("a", {
    href: page, target: "_blank", rel: "noopener", textContent: "Page", ariaLabel: `Page of ${where}`, testid: `page-${id}`,
  });
  restock.className = "restock";
  sellOut.className = "sell-out";
  const cell = make("td", {},
    make("span", { className: "vendor", textContent: vendor.name, ariaHidden: "true" }),
    make("div", { className: "state" }, make("span", { className: "money" }, "£", price), stock),
    make("div", { className: "presses" }, restock, sellOut, discount),
    make("div", { className: "page" }, open, fault));
  cell.setAttribute("role", "cell");
  cells.set(id, { cell, price, stock, fault });
  return cell;
}

function emptyCell() {
  const cell = make("td", { className: "none" }, make("span", { className: "unseen", textContent: "not sold here" }));
  cell.setAttribute("role", "cell");
  return cell;
}

function draw({ products, vendors, shelves }) {
  const pages = new Map(shelves.map((shelf) => [`${shelf.sku}-${shelf.vendor}`, shelf.page]));
  for (const vendor of vendors) {
    const head = make("th", { scope: "col" }, make("a", { href: `/${vendor.slug}/`, textContent: vendor.name }));
    head.setAttribute("role", "columnheader");
    document.querySelector("#vendors").append(head);
  }
  for (const product of products) {
    const head = make("th", { scope: "row" }, icon(product.art), make("span", { textContent: product.name }));
    const row = make("tr", {}, head);
    head.setAttribute("role", "rowheader");
    row.setAttribute("role", "row");
    for (const vendor of vendors) {
      const page = pages.get(`${product.sku}-${vendor.slug}`);
      row.append(page ? makeCell(product, vendor, page) : emptyCell());
    }
    document.querySelector("#shelves").append(row);
  }
}

function flash(cell) {
  cell.classList.remove("changed");
  void cell.offsetWidth; // starts the animation anew
  cell.classList.add("changed");
}

function show(shelf, isNews) {
  const { cell, price, stock, fault } = cells.get(`${shelf.sku}-${shelf.vendor}`);
  const now = JSON.stringify(shelf);
  if (cell.dataset.now === now) return;
  cell.dataset.now = now;
  cell.dataset.availability = shelf.availability;
  cell.dataset.fault = shelf.fault;
  price.dataset.now = shelf.price;
  if (!("typing" in price.dataset)) price.value = shelf.price; // news must not take a half-written price away
  stock.value = shelf.availability;
  fault.value = shelf.fault;
  if (isNews) flash(cell);
}

function follow() {
  const news = new EventSource("/control/events");
  news.addEventListener("message", ({ data }) => {
    const state = JSON.parse(data);
    const isFirst = cells.size === 0;
    if (isFirst) draw(state);
    lively.checked = state.lively;
    document.body.classList.remove("away");
    state.shelves.forEach((shelf) => show(shelf, !isFirst));
  });
  news.addEventListener("error", () => {
    document.body.classList.add("away");
    say("The shop does not answer. Is it still running?", true);
  });
}

lively.addEventListener("change", () => order("lively", { on: lively.checked }));
document.querySelector("#reset").addEventListener("click", () => order("reset", {}));
follow();
