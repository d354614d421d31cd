using System.Net;
using System.Net.Sockets;

namespace Mimir.Transport.Limits;

/// <summary>One remote address: its open connections and what is left of its allowance of failed handshakes.</summary>
internal sealed class RemoteSource(TimeProvider clock, int failuresPerMinute)
{
    /// <summary>Its open connections.</summary>
    public int Open { get; set; }

    /// <summary>One is taken for each failed handshake.</summary>
    public TokenBucket Failures { get; } = new(clock, failuresPerMinute, TimeSpan.FromMinutes(1));

    /// <summary>One is taken for each line that the log is told about it: a flood of connections is not one of lines.</summary>
    public TokenBucket Lines { get; } = new(clock, 1, TimeSpan.FromMinutes(1));

    /// <summary>Whether nothing would be lost if it were forgotten.</summary>
    public bool IsQuiet => Open == 0 && Failures.IsFull && Lines.IsFull;

    /// <summary>
    /// Whose connections count together: an IPv4 address, also where it comes mapped into IPv6, or the 64-bit network of an IPv6 address, which is the
    /// least that one customer has.
    /// </summary>
    public static IPAddress KeyOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
