// What was typed for an answer and could not be saved waits in this browser:
// over a lost connection, a reload and the end of a session. It goes once it is
// saved, at sign-out, and after seven days. Each reader's own (data-reader of
// the body is a keyed hash) and each question's own.
const week = 7 * 24 * 3600 * 1000
const reader = document.body.dataset.reader
const refused = document.body.dataset.refused !== undefined
const own = `typed ${reader} `
const sent = 'typed-sent' // in this tab: the key of what the last form carried

// Where a browser keeps nothing (a private window, a full store), pages work
// as they do without this.
const store = {
  get (key) { try { return JSON.parse(window.localStorage.getItem(key)) } catch { return null } },
  set (key, value) { try { window.localStorage.setItem(key, JSON.stringify(value)) } catch { /* not kept */ } },
  drop (key) { try { window.localStorage.removeItem(key) } catch { /* nothing there */ } },
  keys () { try { return Object.keys(window.localStorage).filter((key) => key.startsWith('typed ')) } catch { return [] } }
}

function show (id) {
  const part = document.getElementById(id)
  if (part) part.hidden = false
}

// keepTyped starts all this, and gives what tells whether a failed request is
// explained to the reader here.
export function keepTyped (saveState) {
  for (const key of store.keys()) {
    const entry = store.get(key)
    if (!entry || Date.now() - entry.at > week) store.drop(key)
  }
  dropWhatArrived()
  document.addEventListener('submit', (event) => {
    if (event.defaultPrevented || event.target.method !== 'post') return
    const action = new URL((event.submitter && event.submitter.getAttribute('formaction')) || event.target.getAttribute('action'), window.location.href)
    if (action.pathname === '/sign-out') store.keys().filter((key) => key.startsWith(own)).forEach(store.drop)
    const key = own + action.pathname.replace(/\/evidence$/, '') + action.search
    if (store.get(key)) window.sessionStorage.setItem(sent, key)
  })
  markKept()
  const form = document.querySelector('form[data-keep]')
  if (!form || !reader) return () => false
  return keepForm(form, saveState)
}

// A form that was sent with what was kept has arrived when the page after it
// is neither a refusal nor the page to sign in.
function dropWhatArrived () {
  const key = window.sessionStorage.getItem(sent)
  window.sessionStorage.removeItem(sent)
  if (key && !refused && window.location.pathname !== '/sign-in') store.drop(key)
}

// A list of questions says where something waits.
function markKept () {
  const list = document.querySelector('[data-kept]')
  if (!list || !reader) return
  for (const link of list.querySelectorAll('a')) {
    if (!store.get(own + link.getAttribute('href'))) continue
    const hint = document.createElement('div')
    hint.className = 'nhsuk-task-list__hint'
    hint.textContent = list.dataset.kept
    link.after(hint)
  }
}

function keepForm (form, saveState) {
  const key = own + form.dataset.keep
  const fields = [...form.elements].filter((field) => field.name && !['hidden', 'file', 'submit', 'button'].includes(field.type))
  const now = () => fields.map((field) => [field.name, field.value, field.checked === true])
  const version = () => form.elements.namedItem('version').value
  const autosaved = (name) => name === 'comment' || name.startsWith('value')
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b)
  // What the service holds. A page drawn again with errors shows what was
  // typed, not what is held.
  let held = refused ? null : now()
  let sending = null
  let failures = 0
  let timer = 0
  let ended = false

  function write () {
    if (held && same(now(), held)) store.drop(key)
    else store.set(key, { at: Date.now(), version: version(), values: now() })
  }
  function send () {
    clearTimeout(timer)
    form.dispatchEvent(new Event('change', { bubbles: true }))
  }
  function fill (values) {
    values.forEach(([, value, checked], i) => {
      if (['checkbox', 'radio'].includes(fields[i].type)) fields[i].checked = checked
      else fields[i].value = value
    })
  }

  // htmx would send to the address of the button that was pressed last.
  form.addEventListener('htmx:configRequest', (event) => { event.detail.path = form.getAttribute('hx-post') })
  form.addEventListener('input', write)
  form.addEventListener('change', write)
  form.addEventListener('htmx:beforeRequest', () => { sending = now() })
  form.addEventListener('htmx:afterRequest', (event) => {
    const { status } = event.detail.xhr
    if (status < 200 || status >= 300) return
    failures = 0
    form.elements.namedItem('version').value = event.detail.xhr.getResponseHeader('Answer-Version') || version()
    held = (held || now().map(() => [])).map((value, i) => autosaved(sending[i][0]) ? sending[i] : value)
    write()
  })
  function wait () {
    saveState('waiting')
    failures++
    clearTimeout(timer)
    timer = setTimeout(send, Math.min(30000, 1000 * 2 ** failures))
  }
  window.addEventListener('online', () => { if (store.get(key)) send() })
  window.addEventListener('offline', () => { if (store.get(key)) saveState('waiting') })
  // Without a connection the browser would put its own page of an error here.
  form.addEventListener('submit', (event) => {
    if (navigator.onLine) return
    event.preventDefault()
    write()
    saveState('waiting')
  })
  document.addEventListener('click', (event) => { if (event.target.closest('[data-forget]')) store.drop(key) })

  const entry = refused ? null : store.get(key)
  const fits = entry && same(entry.values.map(([name]) => name), fields.map((field) => field.name))
  if (!fits || same(entry.values, held)) {
    if (!refused) store.drop(key)
  } else if (entry.version === version()) {
    fill(entry.values)
    // htmx listens from then on.
    document.addEventListener('DOMContentLoaded', () => { saveState('again'); send() })
  } else {
    ask(entry)
  }

  // ask shows both versions where somebody has answered since.
  function ask (entry) {
    const typed = document.getElementById('keep-typed')
    entry.values.forEach(([name, value, checked], i) => {
      const choice = ['checkbox', 'radio'].includes(fields[i].type)
      const said = choice ? checked && fields[i].labels[0].textContent : value
      if (!said || same(entry.values[i], held[i])) return
      const line = document.createElement('p')
      line.className = 'app-text'
      line.textContent = said
      typed.append(line)
    })
    show('keep-ask')
    const done = () => { document.getElementById('keep-ask').hidden = true; fields[0].focus() }
    document.querySelector('[data-keep-use]').addEventListener('click', () => { fill(entry.values); write(); send(); done() })
    document.querySelector('[data-keep-drop]').addEventListener('click', () => { store.drop(key); done() })
  }

  return (event) => {
    const status = event.detail.xhr ? event.detail.xhr.status : 0
    if (status === 0 && !ended) wait()
    if (status === 401) { ended = true; show('keep-ended') }
    if (status === 403) { ended = true; show('keep-stale') }
    return [0, 401, 403].includes(status)
  }
}
