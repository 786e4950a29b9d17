# R6. The hardware of a server, to compare with the post. By hand: nvidia-smi -L; lscpu; free -h
# Prints a line gpu=NAME for each GPU, memory= in KiB, cores= (of all processors, threads counted), cpu=MODEL
read_gpus --query-gpu=name --format=csv,noheader | sed 's/^/gpu=/'
sed -n 's/^MemTotal: *\([0-9]*\) kB$/memory=\1/p' /proc/meminfo
printf 'cores=%s\n' "$(getconf _NPROCESSORS_ONLN)"
sed -n 's/^model name[[:space:]]*: /cpu=/p' /proc/cpuinfo | head -n 1
