using System.Text;
using Mimir.Overlay;
using Mimir.Overlay.Descriptors;
using Mimir.Overlay.Keys;
using Mimir.Overlay.Running;
using Mimir.Services.Hosting;
using Mimir.Services.Joining;
using Mimir.Spdz;
using Mimir.Trust;
using Mimir.Trust.Revocations;

namespace Mimir.Cli.Overlays;

/// <summary>
/// Gives this node's descriptor to the coordinator, afresh whenever its operator changes it and every hour, and puts what comes back where the overlay looks: descriptors into
/// the folder of peers, revocation lists into force. While the coordinator is away everything stays as it is.
/// </summary>
internal sealed class CoordinatorFollower(OverlaySettings settings, OverlayTrust trust, HostAddress coordinator)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Refresh = TimeSpan.FromHours(1);
    private readonly KeyFolder _keys = new(settings.Keys);
    private readonly HashSet<string> _refused = [];
    private string _trouble = "not connected yet";

    /// <summary>Follows, connecting again and again, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                try
                {
                    await FollowAsync(cancellation);
                }
                catch (Exception error) when (error is PeerLostException or UntrustedPeerException or OverlayException or InvalidDataException or IOException or UnauthorizedAccessException)
                {
                    if (error.Message != _trouble) Say(_trouble = error.Message);
                }
                await Task.Delay(Look, settings.Clock, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // The way it ends.
        }
    }

    private async Task FollowAsync(CancellationToken cancellation)
    {
        using var identity = Identity.Load(settings.Identity);
        using var link = new OverlayLink(identity, trust.Now(), coordinator);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var announcing = AnnounceAsync(link, stop.Token);
        var reading = ReadAsync(link, (identity.Role, identity.Name), stop.Token);
        try
        {
            await await Task.WhenAny(announcing, reading);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(announcing, reading).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task AnnounceAsync(OverlayLink link, CancellationToken cancellation)
    {
        var (announced, at) = ("", settings.Clock.GetTimestamp());
        while (true)
        {
            var files = $"{Written(_keys.OwnDescriptor)} {Directory.EnumerateFiles(settings.Identity).Select(Written).DefaultIfEmpty().Max()}";
            if (files != announced || settings.Clock.GetElapsedTime(at) > Refresh)
            {
                using var identity = Identity.Load(settings.Identity);
                var descriptor = new OwnDescriptor(_keys).Sign(identity, settings.Clock.GetUtcNow());
                await link.AnnounceAsync(Encoding.ASCII.GetBytes(descriptor.ToString()), cancellation);
                (announced, at) = (files, settings.Clock.GetTimestamp());
            }
            await Task.Delay(Look, settings.Clock, cancellation);
        }
    }

    private async Task ReadAsync(OverlayLink link, (Role Role, string Name) own, CancellationToken cancellation)
    {
        var relayed = new RelayedPeers(settings.Peers, own, _keys.Epochs);
        await foreach (var news in link.ReadAllAsync(cancellation))
        {
            if (!news.Revocations.IsEmpty) Take(news.Revocations);
            foreach (var refusal in relayed.Take(news.Descriptors, trust.Now(), settings.Clock.GetUtcNow())) Refuse(refusal);
            if (_trouble.Length > 0) Say($"the coordinator at {coordinator} relays descriptors");
            _trouble = "";
        }
    }

    private void Take(ReadOnlyMemory<byte> revocations)
    {
        try
        {
            trust.Accept(revocations);
        }
        catch (RevocationRefusedException refused)
        {
            Refuse($"the coordinator's revocation list: {refused.Message}");
        }
    }

    private static long Written(string path) => File.GetLastWriteTimeUtc(path).Ticks;

    private void Refuse(string what)
    {
        // Once each, and bounded: the coordinator chooses what it relays.
        if (_refused.Count > 1000) _refused.Clear();
        if (_refused.Add(what)) Say($"refused {what}");
    }

    private void Say(string line) => settings.Log(string.Concat(line.Select(c => char.IsControl(c) ? '?' : c)));
}
