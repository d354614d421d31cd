using System.Globalization;
using System.Net;
using Mimir.Overlay.Uapi;

namespace Mimir.Overlay.Interfaces;

/// <summary>A WireGuard interface that wireguard-go makes and serves. It lives until it is disposed or this process ends.</summary>
public sealed class OverlayInterface : IDisposable
{
    private const string TunnelDevice = "/dev/net/tun";

    // 1500 without the outer IPv6 and UDP headers and WireGuard's own.
    private const int LargestPacket = 1420;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private readonly WireGuardProcess _process;
    private readonly IpProgram _ip;
    private readonly InterfaceSettings _settings;

    private OverlayInterface(InterfaceSettings settings, IpProgram ip, WireGuardProcess process)
    {
        (_settings, _ip, _process) = (settings, ip, process);
        Uapi = UapiClient.ForInterface(settings.Name);
    }

    /// <summary>For its keys and peers.</summary>
    public UapiClient Uapi { get; }

    /// <summary>Ends when the interface is gone, for whatever reason.</summary>
    public Task Gone => _process.Exited;

    /// <summary>Why there can be no overlay here, or null.</summary>
    public static string? Obstacle()
    {
        if (!OperatingSystem.IsLinux()) return "the overlay needs Linux";
        if (!Environment.IsPrivilegedProcess) return "the overlay needs root: it makes a network interface; run it with sudo";
        if (!File.Exists(TunnelDevice)) return $"the overlay needs {TunnelDevice}, which this system does not have";
        if (IpProgram.Path is null) return "the overlay needs the program 'ip' (package iproute2)";
        if (WireGuardProcess.Path is null) return "the overlay needs the program 'wireguard-go' (package wireguard-go)";
        return null;
    }

    /// <summary>Starts wireguard-go and waits until it answers. The interface has no address yet and is down.</summary>
    /// <exception cref="OverlayException">The interface exists already, or cannot be made.</exception>
    public static async Task<OverlayInterface> StartAsync(InterfaceSettings settings, CancellationToken cancellation)
    {
        if (!settings.AreValid) throw new OverlayException($"'{settings.Name}' cannot be the name of an interface; use 1 to 15 letters and digits");
        var ip = new IpProgram(settings.Namespace);
        if (await ip.SucceedsAsync(cancellation, "link", "show", "dev", settings.Name) || await AnswersAsync(settings.Name, cancellation))
            throw new OverlayException($"the interface {settings.Name} exists already; 'mimir wireguard down' removes it, or choose another name");
        var made = new OverlayInterface(settings, ip, WireGuardProcess.Start(settings.Name, ip));
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            while (!await AnswersAsync(settings.Name, cancellation))
            {
                if (made.Gone.IsCompleted) throw new OverlayException($"wireguard-go could not make {settings.Name}: {await made._process.LastWordsAsync()}");
                if (patience.IsCancellationRequested) throw new OverlayException($"wireguard-go did not make {settings.Name} within {Patience.TotalSeconds} s");
                await Task.WhenAny(made.Gone, Task.Delay(Look, cancellation));
                cancellation.ThrowIfCancellationRequested();
            }
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>Gives it its address, with a route to all overlay addresses, and switches it on.</summary>
    /// <exception cref="OverlayException">The system refuses.</exception>
    public async Task SwitchOnAsync(IPAddress address, CancellationToken cancellation)
    {
        var network = string.Create(CultureInfo.InvariantCulture, $"{address}/{OverlayAddress.PrefixLength}");
        await _ip.DoAsync(cancellation, "-6", "address", "add", network, "dev", _settings.Name, "nodad");
        await _ip.DoAsync(cancellation, "link", "set", _settings.Name, "mtu", LargestPacket.ToString(CultureInfo.InvariantCulture), "up");
    }

    /// <summary>Removes an interface, whoever made it; wireguard-go behind it ends by that.</summary>
    /// <exception cref="OverlayException">There is none.</exception>
    public static async Task RemoveAsync(InterfaceSettings settings, CancellationToken cancellation)
    {
        if (!settings.AreValid) throw new OverlayException($"'{settings.Name}' cannot be the name of an interface");
        var ip = new IpProgram(settings.Namespace);
        if (!await ip.SucceedsAsync(cancellation, "link", "show", "dev", settings.Name)) throw new OverlayException($"there is no interface {settings.Name}");
        await ip.DoAsync(cancellation, "link", "delete", "dev", settings.Name);
    }

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();

    private static async Task<bool> AnswersAsync(string name, CancellationToken cancellation)
    {
        try
        {
            using var device = await UapiClient.ForInterface(name).GetAsync(cancellation);
            return true;
        }
        catch (UapiException)
        {
            return false;
        }
    }
}
