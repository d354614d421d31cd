using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Mimir.Overlay.Tests.Namespaces;

/// <summary>A network namespace that plays a host. Sockets made by <see cref="Open"/> live in it, whichever thread uses them later.</summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int NewNetwork = 0x40000000;

    private static int _made;

    /// <summary>Tests run side by side, so no two have one name.</summary>
    public NetworkNamespace(string name)
    {
        Name = $"mimir-overlay-{Environment.ProcessId}-{Interlocked.Increment(ref _made)}-{name}";
        Ip("netns", "add", Name);
        Ip("-n", Name, "link", "set", "lo", "up");
    }

    public string Name { get; }

    /// <summary>Lays a cable between two of them.</summary>
    public static void Connect(NetworkNamespace one, string oneAddress, NetworkNamespace other, string otherAddress)
    {
        Ip("-n", one.Name, "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", other.Name);
        foreach (var (host, address) in new[] { (one, oneAddress), (other, otherAddress) })
        {
            Ip("-n", host.Name, "address", "add", $"{address}/24", "dev", "wire");
            Ip("-n", host.Name, "link", "set", "wire", "up");
        }
    }

    /// <summary>Plugs all of them into one switch; the first is 10.78.0.1. The switch is a namespace too.</summary>
    public static NetworkNamespace Switch(IReadOnlyList<NetworkNamespace> hosts)
    {
        var middle = new NetworkNamespace("switch");
        var name = middle.Name;
        Ip("-n", name, "link", "add", "switch", "type", "bridge");
        Ip("-n", name, "link", "set", "switch", "up");
        for (var i = 0; i < hosts.Count; i++)
        {
            Ip("-n", name, "link", "add", $"port{i}", "type", "veth", "peer", "name", "wire", "netns", hosts[i].Name);
            Ip("-n", name, "link", "set", $"port{i}", "master", "switch", "up");
            Ip("-n", hosts[i].Name, "address", "add", $"10.78.0.{i + 1}/24", "dev", "wire");
            Ip("-n", hosts[i].Name, "link", "set", "wire", "up");
        }
        return middle;
    }

    public Socket Open(Func<Socket> make)
    {
        Socket? made = null;
        Exception? failure = null;
        // A thread of its own, since it is in the other namespace from then on.
        var thread = new Thread(() =>
        {
            try
            {
                using var there = File.OpenHandle($"/var/run/netns/{Name}");
                if (Enter(there.DangerousGetHandle().ToInt32(), NewNetwork) != 0) throw new IOException($"setns: {Marshal.GetLastPInvokeErrorMessage()}");
                made = make();
            }
            catch (Exception error)
            {
                failure = error;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? made! : throw new IOException($"no socket in {Name}", failure);
    }

    public Socket Listen(IPAddress address) => Open(() =>
    {
        var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 4000));
        socket.Listen();
        return socket;
    });

    public Socket NewClient() => Open(() => new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });

    public static void Ip(params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", words) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new IOException($"ip {string.Join(' ', words)}: {errors}");
    }

    public void Dispose() => Ip("netns", "del", Name);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int Enter(int descriptor, int kind);
}
