// Keeps the page up to date: asks for its parts when the server says that something changed, and touches no more of them
// than it has to, so that what is open, scrolled, focused or selected stays so.

const REST_MS = 200;
const summary = document.getElementById('summary');

/** Makes a node like another. */
function morph(node, wanted) {
  if (node.isEqualNode(wanted)) return;
  const isSame = node.nodeName === wanted.nodeName && node.id === wanted.id;
  if (!isSame || node.nodeType !== Node.ELEMENT_NODE) {
    node.replaceWith(wanted);
    return;
  }
  for (const { name, value } of wanted.attributes) node.setAttribute(name, value);
  // Whether something is open is for the reader to say.
  for (const { name } of [...node.attributes])
    if (name !== 'open' && !wanted.hasAttribute(name)) node.removeAttribute(name);
  morphChildren(node, wanted);
}

/** Makes the children of a node like those of another; those with an id are found wherever they stand. */
function morphChildren(node, wanted) {
  removeUnwanted(node, new Set([...wanted.children].map(({ id }) => id)));
  const byId = new Map([...node.children].map((child) => [child.id, child]));
  let at = node.firstChild;
  for (const child of [...wanted.childNodes]) {
    const there = child.id ? byId.get(child.id) : unnamed(at);
    if (there === undefined) {
      node.insertBefore(child, at);
      continue;
    }
    if (there !== at) node.insertBefore(there, at);
    at = there.nextSibling;
    morph(there, child);
  }
  while (at !== null) {
    const rest = at;
    at = rest.nextSibling;
    rest.remove();
  }
}

/** Removes the children that have an id which is not wanted any more. */
function removeUnwanted(node, wantedIds) {
  for (const child of [...node.children]) if (child.id && !wantedIds.has(child.id)) child.remove();
}

function unnamed(node) {
  return node === null || node.id ? undefined : node;
}

function show(id, markup) {
  const wanted = document.createElement('template');
  wanted.innerHTML = markup;
  morphChildren(document.getElementById(id), wanted.content);
}

/** What scrolls and was read to its end is still at its end after a change. */
function keepAtEnd(change) {
  const isAtEnd = ({ scrollTop, clientHeight, scrollHeight }) => scrollTop + clientHeight >= scrollHeight - 4;
  const { id } = [...document.querySelectorAll('.messages')].find(isAtEnd) ?? {};
  change();
  if (id) scrollToEnd(document.getElementById(id));
}

function scrollToEnd(element) {
  element?.scrollTo({ top: element.scrollHeight });
}

function tell(sentence) {
  if (summary.textContent !== sentence) summary.textContent = sentence;
}

async function refresh() {
  const answer = await fetch(`/inbox/state${location.search}`);
  if (!answer.ok) throw new Error(`The inbox answered ${answer.status}`);
  const state = await answer.json();
  keepAtEnd(() => {
    show('slack-content', state.slack);
    show('pagerduty-content', state.pagerduty);
  });
  tell(state.summary);
}

let isStale = false;
let isBusy = false;

/** Refreshes once more after the last change, however many there are, and never twice at a time. */
async function onChange() {
  isStale = true;
  if (isBusy) return;
  isBusy = true;
  while (isStale) {
    isStale = false;
    await refresh().catch(onLost);
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
  }
  isBusy = false;
}

function onLost() {
  tell('Not connected: this is what came last.');
}

// The server tells of a change on every connection, for those that were missed.
const changes = new EventSource('/inbox/changes');
changes.addEventListener('message', onChange);
changes.addEventListener('error', onLost);

if (!location.hash) for (const element of document.querySelectorAll('.messages')) scrollToEnd(element);
