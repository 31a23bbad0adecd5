// This file writes files whole or not at all, at once or a piece at a time.

package files

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
)

// Write writes a file whole or not at all, also if the program is killed or the
// power fails, where the file system keeps its word: under another name first, then
// in the place of what was there. A link is followed; what is no regular file is
// not replaced. Permissions stay as they were.
func Write(path string, data []byte) error {
	p, err := Create(path)
	if err != nil {
		return err
	}
	defer p.Discard()
	if _, err := p.Write(data); err != nil {
		return err
	}
	return p.Commit()
}

// Pending is a file that is being written beside its place. Write says how. Whoever
// makes one discards it in the end, which does nothing to one that is in its place.
type Pending struct {
	path, target, part string
	file               File // nil once it is closed
	ended              bool
}

// Create begins a file that Commit puts in the place of path.
func Create(path string) (*Pending, error) {
	target, err := Target(path)
	if err != nil {
		return nil, err
	}
	p := &Pending{path: path, target: target, part: partOf(target)}
	f, err := disk.Create(p.part, 0o644)
	if err != nil {
		return nil, named(path, err)
	}
	p.file = f
	if info, err := os.Stat(target); err == nil {
		if err := f.Chmod(info.Mode().Perm()); err != nil {
			p.Discard()
			return nil, named(path, err)
		}
	}
	return p, nil
}

// Write writes the next bytes.
func (p *Pending) Write(b []byte) (int, error) {
	n, err := p.file.Write(b)
	return n, named(p.path, err)
}

// Unchanged reports whether the file that Commit would replace holds what has been
// written.
func (p *Pending) Unchanged() (bool, error) {
	same, err := equal(p.target, p.part)
	return same, named(p.path, err)
}

// Close ends the writing and sees that what was written lasts.
func (p *Pending) Close() error {
	if p.file == nil {
		return nil
	}
	err := p.file.Sync()
	err = errors.Join(err, p.file.Close())
	p.file = nil
	return named(p.path, err)
}

// Commit closes the file and puts it in its place.
func (p *Pending) Commit() error {
	if err := p.Close(); err != nil {
		return err
	}
	if err := disk.Rename(p.part, p.target); err != nil {
		return named(p.path, err)
	}
	p.ended = true
	return named(p.path, disk.SyncDir(filepath.Dir(p.target)))
}

// Discard takes back what was written, unless it is in its place.
func (p *Pending) Discard() {
	if p.ended {
		return
	}
	p.ended = true
	if p.file != nil {
		p.file.Close() // it goes anyway
	}
	disk.Remove(p.part) // the caller's error counts
}

// partOf returns a new name for what is written of a file. It begins with a point
// and is in the same folder, as nothing can be renamed from elsewhere.
func partOf(target string) string {
	dir, base := filepath.Split(target)
	return filepath.Join(dir, fmt.Sprintf(".%s.%d.part", base, rand.Uint64()))
}

var parts = regexp.MustCompile(`^\.(.+)\.\d{1,20}\.part$`)

// Sweep removes what writers that were killed have left in a folder of the files
// that ours names, and Probe's. Nobody else may write these meanwhile. In a folder that may not
// be read it stays.
func Sweep(dir string, ours func(name string) bool) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return named(dir, err)
	}
	for _, e := range entries {
		if m := parts.FindStringSubmatch(e.Name()); m != nil && (m[1] == probe || ours(m[1])) {
			if err := Remove(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// Target returns the file that writing to path would replace or make, path
// itself unless it is a link, or an error if it cannot be replaced.
func Target(path string) (string, error) {
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return path, nil
	}
	if err == nil {
		_, err = regularSize(os.Stat(target))
	}
	if err != nil {
		return "", named(path, err)
	}
	return target, nil
}

// probe is the name of what Probe makes.
const probe = "probe"

// Probe sees that files can be made in a folder. Its errors do not name the path.
func Probe(dir string) error {
	part := partOf(filepath.Join(dir, probe))
	f, err := disk.Create(part, 0o600)
	if err != nil {
		return Reason(err)
	}
	return Reason(errors.Join(f.Close(), disk.Remove(part)))
}

// named puts the path before an error.
func named(path string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", path, Reason(err))
}
