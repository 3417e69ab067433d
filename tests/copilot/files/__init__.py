"""Portfolio files and instances, the good ones and every kind of bad one."""
