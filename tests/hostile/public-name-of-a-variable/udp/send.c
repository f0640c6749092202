/* send.c - gives the name of a public function to a variable of each thread. */
__thread int udp_send;
