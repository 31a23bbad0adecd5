// Package faulty is a disk for tests that fails where it is told to.
package faulty

import (
	"errors"
	"io/fs"

	"stackedae/internal/files"
)

// Err is the error of all faults.
var Err = errors.New("this fault was put in")

// Disk is the system's file system, whose operation of a number fails.
type Disk struct {
	files.System
	Fails int      // the operation that fails, from 1; 0 for none
	Ever  bool     // and all after it
	Log   []string // what operations there were
}

// next counts an operation and says whether it fails.
func (d *Disk) next(operation string) error {
	d.Log = append(d.Log, operation)
	if n := len(d.Log); d.Fails > 0 && (n == d.Fails || d.Ever && n > d.Fails) {
		return Err
	}
	return nil
}

// MkdirAll makes folders.
func (d *Disk) MkdirAll(path string) error {
	if err := d.next("mkdir"); err != nil {
		return err
	}
	return d.System.MkdirAll(path)
}

// Create makes a file.
func (d *Disk) Create(path string, perm fs.FileMode) (files.File, error) {
	if err := d.next("create"); err != nil {
		return nil, err
	}
	f, err := d.System.Create(path, perm)
	return &file{f, d}, err
}

// Rename renames a file.
func (d *Disk) Rename(from, to string) error {
	if err := d.next("rename"); err != nil {
		return err
	}
	return d.System.Rename(from, to)
}

// Remove removes a file.
func (d *Disk) Remove(path string) error {
	if err := d.next("remove"); err != nil {
		return err
	}
	return d.System.Remove(path)
}

// SyncDir makes what was renamed last.
func (d *Disk) SyncDir(path string) error {
	if err := d.next("sync folder"); err != nil {
		return err
	}
	return d.System.SyncDir(path)
}

// file is a file of such a disk.
type file struct {
	files.File
	disk *Disk
}

// Write writes all, or half if it fails, as on a disk that is full.
func (f *file) Write(b []byte) (int, error) {
	if err := f.disk.next("write"); err != nil {
		n, _ := f.File.Write(b[:len(b)/2])
		return n, err
	}
	return f.File.Write(b)
}

// Chmod changes permissions.
func (f *file) Chmod(perm fs.FileMode) error {
	if err := f.disk.next("chmod"); err != nil {
		return err
	}
	return f.File.Chmod(perm)
}

// Sync makes the content last.
func (f *file) Sync() error {
	if err := f.disk.next("sync"); err != nil {
		return err
	}
	return f.File.Sync()
}

// Close closes the file, also if it fails.
func (f *file) Close() error { return errors.Join(f.File.Close(), f.disk.next("close")) }
