// Loaded before the page is drawn: without these classes the design system's
// script refuses to start, and the styles that need it stay off.
document.body.className += ' js-enabled' + ('noModule' in HTMLScriptElement.prototype ? ' nhsuk-frontend-supported' : '')
