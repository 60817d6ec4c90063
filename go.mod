module onpath

go 1.26
