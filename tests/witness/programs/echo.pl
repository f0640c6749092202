#!/usr/bin/perl
# The UDP lab's server and client in Perl, with the command line of spec/conform.md.
use strict;
use warnings;
use Getopt::Long qw(GetOptionsFromArray);
use IO::Select;
use IO::Socket::IP;
use Socket qw(SOCK_DGRAM);

$| = 1;
binmode STDOUT;
my %commands = (serve => \&serve, call => \&call);
my $command = $commands{shift(@ARGV) // ""} or exit 2;
exit $command->(@ARGV);

# Sends each datagram back, until SIGINT or SIGTERM.
sub serve {
    my %told = (host => "127.0.0.1", port => 0);
    GetOptionsFromArray(\@_, \%told, "host=s", "port=i") or return 2;
    pipe(my $stop, my $stopper) or return 2;
    $SIG{TERM} = $SIG{INT} = sub { syswrite $stopper, "x" };
    my $server = IO::Socket::IP->new(LocalHost => $told{host}, LocalPort => $told{port}, Type => SOCK_DGRAM) or return 2;
    my $shown = $told{host} =~ /:/ ? "[$told{host}]" : $told{host};
    print "listening on $shown:", $server->sockport, "\n";
    my ($received, $oversized) = (0, 0);
    my $both = IO::Select->new($stop, $server);
    while (1) {
        my @ready = $both->can_read or next;
        last if grep { $_ == $stop } @ready;
        defined(my $client = $server->recv(my $request, 65536)) or next;
        $received++;
        if (length $request > 8192) { $oversized++ } else { send $server, $request, 0, $client }
    }
    print "received $received, replied ", $received - $oversized, ", declined 0, oversized $oversized, failed 0\n";
    return 0;
}

# Asks a server, and prints its reply.
sub call {
    my %told = (attempts => 4, timeout => 100);
    GetOptionsFromArray(\@_, \%told, "attempts=i", "timeout=i") or return 2;
    my ($host, $port, $message) = @_;
    if (!defined $message) { binmode STDIN; local $/; $message = <STDIN> // "" }
    my $client = IO::Socket::IP->new(PeerHost => $host, PeerPort => $port, Type => SOCK_DGRAM) or return 2;
    for my $attempt (0 .. $told{attempts} - 1) {
        defined send($client, $message, 0) or return 1;
        next unless IO::Select->new($client)->can_read($told{timeout} / 1000 * 2**$attempt);
        defined recv($client, my $reply, 65536, 0) or return 1;
        print $reply;
        return 0;
    }
    return 1;
}
