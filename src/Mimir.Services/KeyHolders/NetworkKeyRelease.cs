using Mimir.Services.Attesting;
using Mimir.Services.Hosting;
using Mimir.Transport.Connections;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.KeyRelease.Threshold;

namespace Mimir.Services.KeyHolders;

/// <summary>k-of-n release over the network, with this process's identity and this machine's evidence.</summary>
public sealed class NetworkKeyRelease : IKeyRelease, IDisposable
{
    private readonly TlsSettings _tls;
    private readonly RemoteHolder[] _holders;
    private readonly ThresholdKeyRelease _release;

    private NetworkKeyRelease(TlsSettings tls, KeyDeal deal, IEvidenceProducer producer, IReadOnlyList<(string Name, HostAddress Address)> holders, Action<string> log)
    {
        _tls = tls;
        _holders = [.. holders.Select(h => new RemoteHolder(tls, h.Name, h.Address))];
        _release = new ThresholdKeyRelease(tls.Identity, deal, _holders, AttestedRelease.Attester(tls.Identity, producer.ProduceAsync), log);
    }

    /// <summary>Reads the identity and the deal; nobody is asked yet.</summary>
    /// <param name="settings">Who this process is, and what makes its evidence.</param>
    /// <param name="deal">The deal's file.</param>
    /// <param name="holders">Each holder's name and address.</param>
    /// <param name="log">Told of each holder that gave no genuine share.</param>
    /// <exception cref="InvalidDataException">A file or a setting cannot be used; names it.</exception>
    public static NetworkKeyRelease Open(RoleSettings settings, string deal, IReadOnlyList<(string Name, HostAddress Address)> holders, Action<string> log)
    {
        var dealt = KeyDealFiles.LoadDeal(deal);
        if (holders.Count < dealt.Threshold) throw new InvalidDataException($"keys.holders names {holders.Count} holders, and '{dealt.KeyName}' needs {dealt.Threshold} shares");
        var producer = EvidenceProducers.Open(settings.Attestation)
            ?? throw new InvalidDataException("attestation.producer is not set; holders give their shares for evidence only, 'mimir doctor' says what this machine has");
        return new NetworkKeyRelease(settings.OpenTls(), dealt, producer, holders, log);
    }

    /// <inheritdoc/>
    /// <exception cref="AttestingException">This machine gives no evidence.</exception>
    public Task<DataKey> ReleaseAsync(string keyName, CancellationToken cancellation) => _release.ReleaseAsync(keyName, cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var holder in _holders) holder.Dispose();
        _tls.Identity.Dispose();
        _tls.Anchors.Dispose();
    }
}
