/* send.c - prints what would break a report or a terminal, and sends nothing. */
#include <stdio.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    puts("\033[2J\033]0;owned\007 ]]> </script><script>alert(1)</script> <!-- & \"quoted\"");
    puts("::error file=grade::points=100");
    puts("%s%n \r\x01\x08\xff\xfe\xed\xa0\x80 \xef\xbf\xbf | [x](javascript:alert(1))");
    return -1;
}
