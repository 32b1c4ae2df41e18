package extra

// Kinds are the things that can be waited for on a system, by its GOOS, besides the
// user's own descriptors. Whether the running kernel has each is for its constructor to
// find out.
func Kinds(goos string) []string {
	all := []string{"timer", "post", "signals"}
	switch goos {
	case "linux", "android", "darwin", "ios", "dragonfly", "freebsd", "netbsd", "openbsd":
		all = append(all, "process", "path")
	case "windows":
		all = append(all, "process", "handle", "pipe")
	}
	return all
}
