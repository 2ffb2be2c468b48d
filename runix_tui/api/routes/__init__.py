"""The addresses of the API, a module for each noun. Each only translates: request in, answer out."""
