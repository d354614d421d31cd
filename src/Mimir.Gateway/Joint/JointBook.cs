using System.Collections.Concurrent;
using Mimir.Gateway.Errors;

namespace Mimir.Gateway.Joint;

/// <summary>The joint sessions of one gateway, the last fifty of them. Thread-safe.</summary>
internal sealed class JointBook : IAsyncDisposable
{
    private const int Kept = 50;
    private readonly ConcurrentDictionary<string, JointEntry> _entries = [];
    private readonly ConcurrentQueue<string> _order = [];

    /// <summary>The one of that number.</summary>
    /// <exception cref="ApiException">There is none.</exception>
    public JointEntry Require(string id) => _entries.TryGetValue(id, out var entry) ? entry : throw ApiException.NotFound("id: this gateway has no joint session of that number", "id", "session_not_found");

    /// <summary>The one of that number, or null.</summary>
    public JointEntry? Find(string id) => _entries.GetValueOrDefault(id);

    /// <summary>Keeps one.</summary>
    public JointEntry Add(JointEntry entry)
    {
        var id = entry.Session.Offer.Session.ToString();
        _entries[id] = entry;
        _order.Enqueue(id);
        while (_order.Count > Kept && _order.TryPeek(out var oldest) && _entries[oldest].Running.IsCompleted && _order.TryDequeue(out _))
            if (_entries.TryRemove(oldest, out var ended)) ended.Dispose();
        return entry;
    }

    /// <summary>Waits for all of them; whoever calls has stopped them.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_entries.Values.Select(e => e.Running));
        foreach (var entry in _entries.Values) entry.Dispose();
    }
}
