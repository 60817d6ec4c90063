package run

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"onpath/internal/privilege"
)

// openOutputs opens the outputs and gives up privileges. Root's own directories are
// opened to as root; but where the other user may write, that user may have put a link to
// a file of root's, so the outputs are opened as that user, as tcpdump does with -Z.
func (j *job[R]) openOutputs(formats []Format[R]) error {
	c := &j.config.Capture
	open := func() error { return j.asWhom(j.open(formats)) }
	steps := []func() error{j.mayRotate, open, j.drop}
	if c.User != nil && slices.ContainsFunc(j.config.outputDirs(), func(dir string) bool { return privilege.MayWrite(c.User, dir) }) {
		steps = []func() error{j.drop, open}
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// mayRotate refuses to begin files with rights that are gone when they end.
func (j *job[R]) mayRotate() error {
	u := j.config.Capture.User
	if u == nil || u.UID == 0 || !j.config.Rotation.Rotates() {
		return nil
	}
	for _, dir := range j.config.outputDirs() {
		if !privilege.MayWrite(u, dir) {
			return fmt.Errorf("--rotate: user %s may not make files in %s; chown it, or name another user after --user", u.Name, dir)
		}
	}
	return nil
}

// drop gives up privileges, if it is asked to.
func (j *job[R]) drop() error {
	c := &j.config.Capture
	if !c.Drop {
		return nil
	}
	err := privilege.Drop(c.User)
	if err != nil && err != privilege.ErrPartly {
		return err
	}
	if c.User != nil {
		j.say("dropped privileges, running as user " + c.User.Name)
	}
	if err != nil {
		j.say(err.Error())
	}
	return nil
}

// confine forbids all files but those of the outputs, when all of them are open. With
// cgo it cannot, and drop has said so.
func (j *job[R]) confine() error {
	if !j.config.Capture.Drop {
		return nil
	}
	dirs := j.config.outputDirs()
	if dir := j.config.Evidence.Dir; dir != "" {
		dirs = append(dirs, dir)
	}
	if path := j.config.State.Path; path != "" {
		dirs = append(dirs, filepath.Dir(path))
	}
	if err := privilege.Confine(dirs); err != privilege.ErrPartly {
		return err
	}
	return nil
}

// outputDirs returns the directories that outputs are in.
func (c *Config) outputDirs() (dirs []string) {
	for _, o := range c.Outputs {
		if o.Path != Stdout {
			dirs = append(dirs, filepath.Dir(o.Path))
		}
	}
	return dirs
}

// asWhom says which user may not, where a right is missing and it is no longer root's.
func (j *job[R]) asWhom(err error) error {
	if u := j.config.Capture.User; u != nil && errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w (as user %s; --user says who writes)", err, u.Name)
	}
	return err
}
