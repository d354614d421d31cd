using System.Globalization;
using System.Net;
using Mimir.Overlay.Tools;
using Mimir.Overlay.Uapi;

namespace Mimir.Overlay.Interfaces;

/// <summary>
/// A WireGuard interface: the kernel's where it has them, otherwise one that wireguard-go makes and serves. It lives until it is disposed; wireguard-go's also ends with this process.
/// </summary>
public sealed class OverlayInterface : IDisposable
{
    private const string TunnelDevice = "/dev/net/tun";
    private const string InternetSix = "/proc/net/if_inet6";

    // 1500 without the outer IPv6 and UDP headers and WireGuard's own.
    private const int LargestPacket = 1420;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private readonly IInterfaceMaker _maker;
    private readonly IpProgram _ip;
    private readonly InterfaceSettings _settings;

    private OverlayInterface(InterfaceSettings settings, IpProgram ip, IInterfaceMaker maker)
    {
        (_settings, _ip, _maker) = (settings, ip, maker);
        Device = maker is KernelLink ? new WgDevice(settings) : UapiClient.ForInterface(settings.Name);
    }

    /// <summary>For its keys and peers.</summary>
    public IWireGuardDevice Device { get; }

    /// <summary>Ends when the interface is gone, for whatever reason.</summary>
    public Task Gone => _maker.Exited;

    /// <summary>Whether this system's kernel serves such interfaces itself.</summary>
    public static bool IsInKernel => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && KernelLink.IsPossible;

    /// <summary>Why there can be no overlay here, or null.</summary>
    public static string? Obstacle()
    {
        if (!OperatingSystem.IsLinux()) return "the overlay needs Linux";
        if (!Environment.IsPrivilegedProcess) return "the overlay needs root: it makes a network interface; run it with sudo";
        if (!File.Exists(InternetSix)) return "the overlay needs IPv6, which is switched off in this system's kernel";
        if (IpProgram.Path is null) return "the overlay needs the program 'ip' (package iproute2)";
        if (KernelLink.IsPossible) return null;
        if (!File.Exists(TunnelDevice)) return $"the overlay needs {TunnelDevice}, which this system does not have, or WireGuard in the kernel and the program 'wg' (package wireguard-tools)";
        if (WireGuardProcess.Path is null) return "the overlay needs the program 'wireguard-go' (package wireguard-go), or WireGuard in the kernel and the program 'wg' (package wireguard-tools)";
        return null;
    }

    /// <summary>An interface that is there, whoever made it.</summary>
    public static IWireGuardDevice Find(InterfaceSettings settings) =>
        !UapiClient.IsServed(settings.Name) && WgDevice.Path is not null && Directory.Exists($"/sys/class/net/{settings.Name}") ? new WgDevice(settings) : UapiClient.ForInterface(settings.Name);

    /// <summary>Makes the interface and waits until it answers. It has no address yet and is down.</summary>
    /// <exception cref="OverlayException">The interface exists already, or cannot be made.</exception>
    public static Task<OverlayInterface> StartAsync(InterfaceSettings settings, CancellationToken cancellation) => StartAsync(settings, KernelLink.IsPossible, cancellation);

    /// <summary>As the other, in the kernel or with wireguard-go.</summary>
    internal static async Task<OverlayInterface> StartAsync(InterfaceSettings settings, bool inKernel, CancellationToken cancellation)
    {
        if (!settings.AreValid) throw new OverlayException($"'{settings.Name}' cannot be the name of an interface; use 1 to 15 letters and digits");
        var ip = new IpProgram(settings.Namespace);
        if (await ip.SucceedsAsync(cancellation, "link", "show", "dev", settings.Name) || await AnswersAsync(settings.Name, cancellation))
            throw new OverlayException($"the interface {settings.Name} exists already; 'mimir wireguard down' removes it, or choose another name");
        if (inKernel) return new(settings, ip, await KernelLink.AddAsync(settings.Name, ip, cancellation));
        var made = new OverlayInterface(settings, ip, WireGuardProcess.Start(settings.Name, ip));
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            while (!await AnswersAsync(settings.Name, cancellation))
            {
                if (made.Gone.IsCompleted) throw new OverlayException($"wireguard-go could not make {settings.Name}: {await made._maker.LastWordsAsync()}");
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
    public void Dispose() => _maker.Dispose();

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
