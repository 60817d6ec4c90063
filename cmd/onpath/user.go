package main

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"onpath/internal/privilege"
	"onpath/internal/run"
)

// unprivileged are whom root becomes without --user: the first that there is.
var unprivileged = []string{"onpath", "nobody"}

const userLong = `

When the sockets are open no privilege is needed any more, and all are given up: root
becomes --user, every capability goes, and where the kernel has Landlock (5.13) only
the directories of outputs and of --evidence can be reached. --user root stays root,
without its capabilities. An output is opened as root, unless the user may write to one of
the directories of outputs: then all are opened as that user, to whom they belong. What is
written later, as dumps are, is always the user's.`

// bindUser declares --user.
func (o *options) bindUser(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&o.user, "user", "Z", "", "started by root, become `USER` when all is open, a name or UID:GID (default onpath if there is such a user, else nobody)")
	must(cmd.RegisterFlagCompletionFunc("user", cobra.NoFileCompletions))
}

// privileges says that they are to be dropped, and to whom. Who is not root can become
// nobody else.
func (o *options) privileges(c *run.Capture) (err error) {
	c.Drop = true
	if os.Geteuid() == 0 {
		c.User, err = become(o.user)
		return err
	}
	if o.user == "" {
		return nil
	}
	u, err := lookUp(o.user)
	if err == nil && u.UID != os.Geteuid() {
		err = fmt.Errorf("--user %s: only root can become another user; without --user onpath stays who it is", o.user)
	}
	return err
}

// become returns the user called name, or without a name the one that is meant for it.
func become(name string) (*privilege.User, error) {
	if name != "" {
		return lookUp(name)
	}
	for _, name := range unprivileged {
		if u, err := lookUp(name); err == nil {
			return u, nil
		}
	}
	return nil, fmt.Errorf("started by root, and there is no user %s to become: give one with --user NAME or --user UID:GID", strings.Join(unprivileged, " or "))
}

// lookUp returns the user called name, which may be a number, or two for a user that need
// not be known here.
func lookUp(name string) (*privilege.User, error) {
	if uid, gid, two := strings.Cut(name, ":"); two {
		return numbered(name, uid, gid, nil)
	}
	u, err := user.Lookup(name)
	if _, numeric := strconv.Atoi(name); err != nil && numeric == nil {
		u, err = user.LookupId(name)
	}
	if err != nil {
		return nil, fmt.Errorf("--user %s: no such user; a name, or UID:GID", name)
	}
	groups, err := u.GroupIds()
	if err != nil {
		return nil, fmt.Errorf("--user %s: its groups: %w", name, err)
	}
	return numbered(u.Username, u.Uid, u.Gid, groups)
}

// numbered reads the numbers of a user.
func numbered(name, uid, gid string, groups []string) (*privilege.User, error) {
	u := &privilege.User{Name: name}
	for _, n := range append([]string{uid, gid}, groups...) {
		id, err := strconv.ParseUint(n, 10, 31)
		if err != nil {
			return nil, fmt.Errorf("--user %s: %q is not a number of a user or group", name, n)
		}
		u.Groups = append(u.Groups, int(id))
	}
	u.UID, u.GID, u.Groups = u.Groups[0], u.Groups[1], u.Groups[2:]
	return u, nil
}
