using Mimir.Spdz.Blocks;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Services.Workers;

/// <summary>
/// Rows that sessions on one model have left for later ones of the same owner, at most <paramref name="capacity"/> bytes; the longest unused go first. They are
/// found by the session that left them and given to nobody but the owner whose certificate's key and name it had. Thread-safe.
/// </summary>
internal sealed class PrefixStore<T>(long capacity) : IDisposable where T : class, IKeptRows<T>
{
    private readonly Lock _lock = new();
    private readonly LinkedList<(SessionId Session, PeerIdentity Owner, T Rows)> _kept = [];
    private long _bytes;

    /// <summary>Takes over the rows of <paramref name="session"/>, or zeroes them if they do not fit.</summary>
    public void Keep(VerifiedSession session, T rows)
    {
        lock (_lock)
        {
            _kept.AddFirst((session.Id, session.PrefixOwner, rows));
            _bytes += rows.Bytes;
            while (_bytes > capacity) RemoveLast();
        }
    }

    /// <summary>A copy of the rows that <paramref name="session"/> begins with, or null when it begins with none.</summary>
    /// <exception cref="ArgumentException">They are not here; whether they ever were, or are another owner's, is not said.</exception>
    public T? Take(VerifiedSession session)
    {
        if (session.Prefix is not { } wanted) return null;
        lock (_lock)
        {
            for (var node = _kept.First; node is not null; node = node.Next)
            {
                if (node.Value.Session != wanted || !Same(node.Value.Owner, session.PrefixOwner) || node.Value.Rows.Positions < session.Plan.ReusedRows) continue;
                _kept.Remove(node);
                _kept.AddFirst(node);
                return node.Value.Rows.Copy(session.Plan.ReusedRows);
            }
        }
        throw new ArgumentException("the beginning of the prompt is not kept here, or not any more; send the whole prompt");
    }

    /// <summary>Zeroes everything.</summary>
    public void Dispose()
    {
        lock (_lock) while (_kept.Count > 0) RemoveLast();
    }

    private void RemoveLast()
    {
        var rows = _kept.Last!.Value.Rows;
        _kept.RemoveLast();
        _bytes -= rows.Bytes;
        rows.Clear();
    }

    private static bool Same(PeerIdentity a, PeerIdentity b) => a.Name == b.Name && a.SpkiSha256.Span.SequenceEqual(b.SpkiSha256.Span);
}
