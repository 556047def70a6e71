// Passkeys. A form carries what a passkey is asked (data-passkey, as browsers
// parse it) and is shown where this browser can ask one; it is sent with the
// answer. Without scripts, or in a browser that cannot, codes do.
export function askPasskeys () {
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    const make = 'make' in form.dataset
    const keys = window.PublicKeyCredential
    const parse = keys && keys[make ? 'parseCreationOptionsFromJSON' : 'parseRequestOptionsFromJSON']
    if (!parse) continue
    const failed = form.querySelector('[data-failed]')
    form.closest('[data-passkeys]').hidden = false
    for (const text of document.querySelectorAll('[data-no-passkeys]')) text.hidden = true
    form.addEventListener('submit', async (event) => {
      event.preventDefault()
      failed.hidden = true
      try {
        const publicKey = parse.call(keys, JSON.parse(form.dataset.passkey))
        const credential = await navigator.credentials[make ? 'create' : 'get']({ publicKey })
        form.elements.namedItem('credential').value = JSON.stringify(credential.toJSON())
      } catch { // the reader turned it down, or has none here
        failed.hidden = false
        return
      }
      form.submit()
    })
  }
}
