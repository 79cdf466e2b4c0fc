// Judges a log directory with Go's own transparency log, golang.org/x/mod/sumdb: the code behind the Go checksum database.
//
//	sumdb DIRECTORY VKEY SIGNING_KEY INDICES SIZES
//
// Opens DIRECTORY/checkpoint as a note by VKEY, reads every leaf, checks every tile, and prints the proofs that it makes:
// of inclusion of each of INDICES and of consistency with each of SIZES (separated by commas, possibly none).
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// tiles reads the directory. The reader that uses it checks each tile against the root.
type tiles struct{ directory string }

func (t tiles) Height() int { return 8 }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		data, err := t.read(tile)
		if err != nil {
			return nil, err
		}
		found = append(found, data[:tile.W*tlog.HashSize])
	}
	return found, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// read reads a tile, or the full one that took its place. Go's paths name the height as well.
func (t tiles) read(tile tlog.Tile) ([]byte, error) {
	path := func(tile tlog.Tile) string {
		return filepath.Join(t.directory, "tile", strings.TrimPrefix(tile.Path(), "tile/8/"))
	}
	data, err := os.ReadFile(path(tile))
	if os.IsNotExist(err) {
		tile.W = 256
		data, err = os.ReadFile(path(tile))
	}
	return data, err
}

// entries reads the bundle of entries `index`, `width` wide: each behind its length, 16 bits big-endian.
func entries(directory string, index int64, width int) [][]byte {
	path := tlog.Tile{H: 8, L: 0, N: index, W: width}.Path()
	path = filepath.Join(directory, "tile/entries", strings.TrimPrefix(path, "tile/8/0/"))
	data, err := os.ReadFile(path)
	must(err)
	var found [][]byte
	for len(data) > 0 {
		length := int(binary.BigEndian.Uint16(data))
		found = append(found, data[2:2+length])
		data = data[2+length:]
	}
	if len(found) != width {
		log.Fatalf("%s holds %d entries", path, len(found))
	}
	return found
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func numbers(text string) []int64 {
	var found []int64
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' }) {
		number, err := strconv.ParseInt(word, 10, 64)
		must(err)
		found = append(found, number)
	}
	return found
}

func printProof(kind string, number int64, proof []tlog.Hash) {
	fmt.Print(kind, " ", number)
	for _, hash := range proof {
		fmt.Print(" ", hash)
	}
	fmt.Println()
}

func main() {
	directory, vkey, private := os.Args[1], os.Args[2], os.Args[3]
	verifier, err := note.NewVerifier(vkey)
	must(err)
	checkpoint, err := os.ReadFile(filepath.Join(directory, "checkpoint"))
	must(err)
	opened, err := note.Open(checkpoint, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		log.Fatalf("not a checkpoint of %s: %q", verifier.Name(), opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	if private != "" {
		signer, err := note.NewSigner(private)
		must(err)
		signed, err := note.Sign(&note.Note{Text: opened.Text}, signer)
		must(err)
		if !bytes.Equal(signed, checkpoint) {
			log.Fatal("the same key signs the same text otherwise")
		}
	}

	// What the entries alone give, by Go's own numbering of hashes.
	var stored []tlog.Hash
	mine := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = stored[index]
		}
		return found, nil
	})
	var leaves []tlog.Hash
	for index := int64(0); index*256 < size; index++ {
		width := 256
		if left := size - index*256; left < 256 {
			width = int(left)
		}
		for _, entry := range entries(directory, index, width) {
			more, err := tlog.StoredHashes(int64(len(leaves)), entry, mine)
			must(err)
			stored = append(stored, more...)
			leaves = append(leaves, tlog.RecordHash(entry))
		}
	}
	computed, err := tlog.TreeHash(size, mine)
	must(err)
	if computed != root {
		log.Fatal("the entries do not give the root")
	}
	for _, tile := range tlog.NewTiles(8, 0, size) {
		// Earlier versions of Go list the partial tiles of all the sizes in between as well.
		if tile.W < 256 && tile.N<<8+int64(tile.W) != size>>(8*tile.L) {
			continue
		}
		want, err := tlog.ReadTileData(tile, mine)
		must(err)
		found, err := tiles{directory}.read(tile)
		must(err)
		if !bytes.Equal(want, found) {
			log.Fatalf("%s is not what the entries give", tile.Path())
		}
	}

	// What the tiles give, each checked against the root.
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, tiles{directory})
	for first := 0; first < len(leaves); first += 4096 {
		var indexes []int64
		for index := first; index < first+4096 && index < len(leaves); index++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, int64(index)))
		}
		hashes, err := reader.ReadHashes(indexes)
		must(err)
		for i, hash := range hashes {
			if hash != leaves[first+i] {
				log.Fatalf("leaf %d is not under the root", first+i)
			}
		}
	}
	for _, index := range numbers(os.Args[4]) {
		proof, err := tlog.ProveRecord(size, index, reader)
		must(err)
		must(tlog.CheckRecord(proof, size, root, index, leaves[index]))
		printProof("inclusion", index, proof)
	}
	for _, old := range numbers(os.Args[5]) {
		was, err := tlog.TreeHash(old, mine)
		must(err)
		proof, err := tlog.ProveTree(size, old, reader)
		must(err)
		must(tlog.CheckTree(proof, size, root, old, was))
		printProof("consistency", old, proof)
	}
	fmt.Println("whole", size, root)
}
