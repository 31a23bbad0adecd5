// This file holds what the program changes in a file system. It all goes through
// one value, so that tests can put one there that fails.

package files

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// Disk is a file system to write to.
type Disk interface {
	MkdirAll(path string) error
	Create(path string, perm fs.FileMode) (File, error) // must not be there
	Rename(from, to string) error                       // in the place of what is there
	Remove(path string) error
	SyncDir(path string) error // makes what was renamed in it last
}

// File is a file to write.
type File interface {
	io.Writer
	Chmod(perm fs.FileMode) error
	Sync() error
	Close() error
}

// disk is what the functions of this package write to.
var disk Disk = System{}

// Exchange puts another disk in the place of the system's, for a test, and returns
// what takes it back.
func Exchange(d Disk) (restore func()) {
	before := disk
	disk = d
	return func() { disk = before }
}

// System is the operating system's file system.
type System struct{}

// MkdirAll is os.MkdirAll.
func (System) MkdirAll(path string) error { return os.MkdirAll(path, 0o755) }

// Create makes a file.
func (System) Create(path string, perm fs.FileMode) (File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return nil, err // no File around a nil
	}
	return f, nil
}

// Rename is os.Rename.
func (System) Rename(from, to string) error { return os.Rename(from, to) }

// Remove is os.Remove.
func (System) Remove(path string) error { return os.Remove(path) }

// SyncDir writes a folder's entries to the device, where the system can. A folder
// that may not be read cannot be opened for that; since what is written there is
// whole all the same, that is no error, as in SQLite (os_unix.c, unixSync) and
// PostgreSQL (fd.c, fsync_fname_ext).
func (System) SyncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil // folders cannot be opened at all
	}
	d, err := os.Open(filepath.Clean(path))
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) { // as some do
		err = nil
	}
	return errors.Join(err, d.Close())
}

// MkdirAll makes a folder and those above it that are missing.
func MkdirAll(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	err := disk.MkdirAll(path)
	if err == nil {
		err = disk.SyncDir(filepath.Dir(path))
	}
	return named(path, err)
}

// Remove removes a file. That it is not there is no error.
func Remove(path string) error {
	if err := disk.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return named(path, err)
	}
	return nil
}
