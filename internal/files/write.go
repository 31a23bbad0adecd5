// This file writes files whole or not at all.

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
	target, err := Target(path)
	if err != nil {
		return err
	}
	return named(path, write(target, data))
}

func write(target string, data []byte) (err error) {
	part := partOf(target)
	f, err := disk.Create(part, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			disk.Remove(part) // the first error counts
		}
	}()
	if info, statErr := os.Stat(target); statErr == nil {
		err = f.Chmod(info.Mode().Perm())
	}
	if err == nil {
		_, err = f.Write(data)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := disk.Rename(part, target); err != nil {
		return err
	}
	return disk.SyncDir(filepath.Dir(target))
}

// partOf returns a new name for what is written of a file. It begins with a point
// and is in the same folder, as nothing can be renamed from elsewhere.
func partOf(target string) string {
	dir, base := filepath.Split(target)
	return filepath.Join(dir, fmt.Sprintf(".%s.%d.part", base, rand.Uint64()))
}

var parts = regexp.MustCompile(`^\.(.+)\.\d{1,20}\.part$`)

// Sweep removes what writers that were killed have left in a folder of the files
// that ours names. Nobody else may write these meanwhile. In a folder that may not
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
		if m := parts.FindStringSubmatch(e.Name()); m != nil && ours(m[1]) {
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

// Probe sees that files can be made in a folder. Its errors do not name the path.
func Probe(dir string) error {
	part := partOf(filepath.Join(dir, "probe"))
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
