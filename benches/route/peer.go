// The peer that shows what Go's net/http and encoding/json cost.
//
//	TOKEN=word peer ADDRESS HEADERS BODY
//
// It checks the bearer token and writes a struct of the body's shape as JSON for each request.
package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"reflect"
	"strconv"
	"strings"
)

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: TOKEN=word peer ADDRESS HEADERS BODY")
	}
	usage, err := read(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	headers, err := pairs(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	token := sha256.Sum256([]byte(os.Getenv("TOKEN")))
	log.Fatal(http.ListenAndServe(os.Args[1], http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		word := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		shown := sha256.Sum256([]byte(word))
		if subtle.ConstantTimeCompare(token[:], shown[:]) != 1 {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		body, err := json.Marshal(usage)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		for _, pair := range headers {
			w.Header().Set(pair[0], pair[1])
		}
		// Without it more than 2 KiB would be sent in chunks.
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body)
	})))
}

// pairs reads the headers, one a line.
func pairs(path string) ([][2]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var all [][2]string
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		name, value, found := strings.Cut(lines.Text(), ": ")
		if !found {
			return nil, fmt.Errorf("no header: %s", lines.Text())
		}
		all = append(all, [2]string{name, value})
	}
	return all, lines.Err()
}

// read gives the body as a struct that has its names, in its order, and a type for each value.
func read(path string) (any, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	shape, err := value(decoder)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("%s holds more than one value", path)
	}
	return shape.Interface(), nil
}

func value(decoder *json.Decoder) (reflect.Value, error) {
	token, err := decoder.Token()
	if err != nil {
		return reflect.Value{}, err
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return object(decoder)
		}
		return list(decoder)
	case json.Number:
		if whole, err := token.Int64(); err == nil {
			return reflect.ValueOf(whole), nil
		}
		// As it is written: 8.0 would become 8 as a float.
		return reflect.ValueOf(token), nil
	case nil:
		// An absent figure.
		return reflect.ValueOf((*int64)(nil)), nil
	default:
		return reflect.ValueOf(token), nil
	}
}

func object(decoder *json.Decoder) (reflect.Value, error) {
	var fields []reflect.StructField
	var values []reflect.Value
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return reflect.Value{}, err
		}
		held, err := value(decoder)
		if err != nil {
			return reflect.Value{}, err
		}
		fields = append(fields, reflect.StructField{
			Name: fmt.Sprintf("Field%d", len(fields)),
			Type: held.Type(),
			Tag:  reflect.StructTag(fmt.Sprintf("json:%q", name)),
		})
		values = append(values, held)
	}
	if _, err := decoder.Token(); err != nil {
		return reflect.Value{}, err
	}
	whole := reflect.New(reflect.StructOf(fields)).Elem()
	for place, held := range values {
		whole.Field(place).Set(held)
	}
	return whole, nil
}

func list(decoder *json.Decoder) (reflect.Value, error) {
	all := []any{}
	for decoder.More() {
		held, err := value(decoder)
		if err != nil {
			return reflect.Value{}, err
		}
		all = append(all, held.Interface())
	}
	_, err := decoder.Token()
	return reflect.ValueOf(all), err
}
