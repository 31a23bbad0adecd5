// This file locks folders.

package files

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// lockName is the file in a folder that the lock is on.
const lockName = ".stackedae.lock"

// Lock is a folder's lock. The system takes it from a process that ends, however
// it does.
type Lock struct{ f *flock.Flock }

// LockDir locks a folder for writing. If another process has it, that is an error.
// Where the file system knows no locks there is none.
func LockDir(dir string) (*Lock, error) {
	path := filepath.Join(dir, lockName)
	for {
		f := flock.New(path)
		ok, err := f.TryLock()
		switch {
		case errors.Is(err, errors.ErrUnsupported):
			return &Lock{f}, nil
		case err != nil:
			return nil, named(path, err)
		case !ok:
			return nil, fmt.Errorf("%s: another stackedae is writing there: wait for it, or name another folder", dir)
		}
		// The process before may have removed the file after we have opened it.
		locked, err := f.Stat()
		if there, statErr := os.Stat(path); err == nil && statErr == nil && os.SameFile(locked, there) {
			return &Lock{f}, nil
		}
		if err := f.Unlock(); err != nil {
			return nil, named(path, err)
		}
	}
}

// Unlock gives the lock back. Its file goes first, so that nobody else has a lock
// on a file that is not there any more.
func (l *Lock) Unlock() error {
	os.Remove(l.f.Path()) // on Windows it stays: it is open
	return l.f.Unlock()
}
