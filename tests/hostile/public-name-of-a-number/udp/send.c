/* send.c - gives the name of a public function to a number. */
#include <timeslice/udp.h>

__asm__(".globl udp_send\n.set udp_send, 0x1234");
