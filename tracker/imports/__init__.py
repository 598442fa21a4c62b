"""Imports 导入: files of complaints or findings read row by row, good rows taken in, bad rows given back with a reason."""
