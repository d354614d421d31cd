using Mimir.Overlay.Tools;

namespace Mimir.Overlay.Interfaces;

/// <summary>
/// An interface that the kernel serves itself. Unlike wireguard-go it outlives a process that is killed: the next start then says that it exists already, and how to remove it.
/// </summary>
internal sealed class KernelLink : IInterfaceMaker
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly Lazy<bool> Possible = new(() => Task.Run(ProbeAsync).GetAwaiter().GetResult());
    private readonly CancellationTokenSource _stop = new();
    private readonly IpProgram _ip;
    private readonly string _name;

    private KernelLink(IpProgram ip, string name)
    {
        (_ip, _name) = (ip, name);
        Exited = WatchAsync();
    }

    /// <summary>Whether this kernel makes such interfaces and the program that configures them is there; found out by making one, once.</summary>
    public static bool IsPossible => Possible.Value;

    /// <inheritdoc/>
    public Task Exited { get; }

    /// <summary>Makes it.</summary>
    /// <exception cref="OverlayException">The kernel refuses.</exception>
    public static async Task<KernelLink> AddAsync(string name, IpProgram ip, CancellationToken cancellation)
    {
        await ip.DoAsync(cancellation, Adding(name));
        return new(ip, name);
    }

    /// <inheritdoc/>
    public Task<string> LastWordsAsync() => Task.FromResult("the kernel has removed it");

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        Task.Run(async () =>
        {
            await Exited;
            await _ip.SucceedsAsync(CancellationToken.None, Deleting(_name));
        }).GetAwaiter().GetResult();
        _stop.Dispose();
    }

    /// <summary>The words with which <c>ip</c> makes it.</summary>
    internal static string[] Adding(string name) => ["link", "add", "dev", name, "type", "wireguard"];

    private static string[] Deleting(string name) => ["link", "delete", "dev", name];

    private static async Task<bool> ProbeAsync()
    {
        if (WgDevice.Path is null || IpProgram.Path is null) return false;
        var (ip, name) = (new IpProgram(null), $"mimir-p{Environment.ProcessId % 10_000_000}");
        return await ip.SucceedsAsync(CancellationToken.None, Adding(name)) && await ip.SucceedsAsync(CancellationToken.None, Deleting(name));
    }

    private async Task WatchAsync()
    {
        try
        {
            while (await _ip.SucceedsAsync(_stop.Token, "link", "show", "dev", _name)) await Task.Delay(Look, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // It is being removed.
        }
    }
}
