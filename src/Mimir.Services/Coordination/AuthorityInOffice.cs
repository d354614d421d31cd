using Mimir.Services.Joining;
using Mimir.Transport.Connections;
using Mimir.Trust.Certificates;

namespace Mimir.Services.Coordination;

/// <summary>
/// The authority that certifies nodes: the one in <c>attestation.authority</c>, and any other that an operator puts there while the coordinator runs, once the revocation list in force
/// names it as a successor.
/// </summary>
internal sealed class AuthorityInOffice(CoordinatorSettings settings, TlsSettings tls, Action<string> log) : IAsyncDisposable
{
    private readonly List<CertificateAuthority> _opened = settings.Attestation.Authority is { } directory ? [settings.OpenAuthority(directory)] : [];
    private FileWatch? _watch;

    /// <summary>The authority at the start; null where none is set.</summary>
    public CertificateAuthority? First => _opened.FirstOrDefault();

    /// <summary>Has <paramref name="succeed"/> told of every successor.</summary>
    public void Watch(Action<CertificateAuthority> succeed)
    {
        if (settings.Attestation.Authority is not { } directory) return;
        _watch = FileWatch.Start(Path.Combine(directory, CertificateAuthority.CertificateFile), tls.Clock, () =>
        {
            var successor = settings.OpenAuthority(directory);
            if (!tls.Anchors.Trusts(successor.CertificateDer.Span))
            {
                successor.Dispose();
                throw new InvalidDataException("no revocation list in force names it as a successor, or it is retired; sign it in by mimir revoke --successor");
            }
            // The one before may be signing.
            _opened.Add(successor);
            succeed(successor);
            log($"the authority in '{directory}' certifies nodes from now on");
        }, log);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_watch is not null) await _watch.DisposeAsync();
        foreach (var authority in _opened) authority.Dispose();
    }
}
