package aio

func again(error) bool { return false } // nothing blocks but for ever
