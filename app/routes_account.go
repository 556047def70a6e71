package main

import (
	"sicrwydd/handlers/pages"
	"sicrwydd/models/access"
)

// accountPages are the ways in, and the reader's own account. Proved marks an
// act that asks for the second factor again.
func accountPages(p *pages.Pages) []pageRoute {
	return []pageRoute{
		{get, "/sign-in", access.Open, p.SignInForm},
		{post, "/sign-in", access.Open, p.SignIn},
		{get, "/sign-in/code", access.Open, p.CodeForm},
		{post, "/sign-in/code", access.Open, p.Code},
		{post, "/sign-in/providers/:key", access.Open, p.ProviderSignIn},
		{get, "/sign-in/providers/:key/callback", access.Open, p.ProviderReturn},
		{get, "/password/forgotten", access.Open, p.ForgottenForm},
		{post, "/password/forgotten", access.Open, p.Forgotten},
		{get, "/password/:token", access.Open, p.PasswordForm},
		{post, "/password/:token", access.Open, p.PasswordSet},
		{get, "/confirm", access.Self, p.ConfirmForm},
		{post, "/confirm", access.Self, p.Confirm},
		{post, "/confirm/providers/:key", access.Self, p.ProviderConfirm},
		{post, "/sign-out", access.Self, p.SignOut},
		{post, "/typed", access.Open, p.Typed},
		{get, "/memberships", access.Self, p.Account},
		{post, "/memberships", access.Self, p.SwitchMembership},
		{get, "/account", access.Self, p.Account},
		{post, "/account", access.Self, p.ChangeAccount},
		{get, "/account/security", access.Self, p.Security},
		{post, "/account/password", access.Self, p.Proved(p.PasswordChange)},
		{post, "/account/email", access.Self, p.Proved(p.EmailChange)},
		{get, "/account/email/:token", access.Self, p.EmailForm},
		{post, "/account/email/:token", access.Self, p.EmailConfirm},
		{get, "/account/apps/new", access.Self, p.Proved(p.AppNew)},
		{post, "/account/apps", access.Self, p.Proved(p.AppAdd)},
		{get, "/account/passkeys/new", access.Self, p.Proved(p.PasskeyNew)},
		{post, "/account/passkeys", access.Self, p.Proved(p.PasskeyAdd)},
		{post, "/account/providers/:key", access.Self, p.Proved(p.ProviderLink)},
		{post, "/account/provider-links/:id/remove", access.Self, p.Proved(p.ProviderUnlink)},
		{post, "/account/factors/:id/remove", access.Self, p.Proved(p.FactorRemove)},
		{post, "/account/recovery-codes", access.Self, p.Proved(p.CodesNew)},
		{post, "/account/sessions/end", access.Self, p.Proved(p.SessionsEnd)},
		{post, "/account/sessions/:id/end", access.Self, p.Proved(p.SessionEnd)},
		{get, "/account/tokens", access.Self, p.Tokens},
		{post, "/account/tokens", access.Self, p.Proved(p.TokenMake)},
		{post, "/account/tokens/:id/revoke", access.Self, p.TokenRevoke},
		{get, "/invitations/:token", access.Open, p.InvitationForm},
		{post, "/invitations/:token", access.Open, p.AcceptInvitation},
		{post, "/invitations/:token/pass-on", access.Open, p.PassOn},
	}
}

// importPages bring lists into the inventory.
func importPages(p *pages.Pages) []pageRoute {
	return []pageRoute{
		{get, "/imports", access.InventoryChange, p.Imports},
		{post, "/imports", access.InventoryChange, p.ImportBring},
		{get, "/imports/template.csv", access.InventoryChange, p.ImportTemplate("csv")},
		{get, "/imports/template.xlsx", access.InventoryChange, p.ImportTemplate("xlsx")},
		{get, "/imports/:id", access.InventoryChange, p.Import},
		{post, "/imports/:id/mapping", access.InventoryChange, p.ImportMap},
		{post, "/imports/:id/apply", access.InventoryChange, p.ImportApply},
		{post, "/imports/:id/cancel", access.InventoryChange, p.ImportCancel},
		{post, "/imports/:id/undo", access.InventoryChange, p.ImportUndo},
	}
}
