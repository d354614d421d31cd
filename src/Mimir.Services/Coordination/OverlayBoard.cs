using Google.Protobuf;
using Mimir.Transport.Protos;

namespace Mimir.Services.Coordination;

/// <summary>
/// The overlay's descriptors of the members that are connected, each as its member announced it. Nothing of them is understood here: every member verifies for itself.
/// Thread-safe.
/// </summary>
/// <param name="revocations">The list in force, null before the first.</param>
internal sealed class OverlayBoard(Func<SignedRevocations?> revocations)
{
    /// <summary>The longest descriptor, in bytes.</summary>
    public const int LongestDescriptor = 8192;

    /// <summary>Most members: a book of them fits into one message.</summary>
    public const int MostMembers = 256;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Place> _places = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = New();

    /// <summary>A member's place; one that it had before ends. Disposing of it takes its descriptor away.</summary>
    /// <exception cref="InvalidOperationException">There are too many members.</exception>
    public Place Enter(string member)
    {
        Place? former;
        var place = new Place(this, member);
        lock (_lock)
        {
            if (!_places.Remove(member, out former) && _places.Count >= MostMembers) throw new InvalidOperationException($"the overlay has {MostMembers} members already");
            _places.Add(member, place);
        }
        former?.End();
        return place;
    }

    /// <summary>All descriptors and the list in force; and what completes when there is something newer.</summary>
    public (OverlayBook Book, Task Changed) Read()
    {
        lock (_lock)
        {
            var book = new OverlayBook { Revocations = revocations() };
            book.Descriptors.AddRange(_places.Values.Where(p => !p.Descriptor.IsEmpty).Select(p => p.Descriptor));
            return (book, _changed.Task);
        }
    }

    /// <summary>Something is new: everybody is told.</summary>
    public void Tell()
    {
        lock (_lock)
        {
            _changed.TrySetResult();
            _changed = New();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where one connected member's descriptor is.</summary>
    internal sealed class Place(OverlayBoard board, string member) : IDisposable
    {
        private readonly CancellationTokenSource _ended = new();

        /// <summary>Empty before the first.</summary>
        public ByteString Descriptor { get; private set; } = ByteString.Empty;

        /// <summary>Cancelled when the member has taken another place.</summary>
        public CancellationToken Ended => _ended.Token;

        /// <summary>The member's newest descriptor.</summary>
        /// <exception cref="ArgumentException">Its length is out of range.</exception>
        public void Announce(ByteString descriptor)
        {
            if (descriptor.Length is 0 or > LongestDescriptor) throw new ArgumentException($"a descriptor has 1 to {LongestDescriptor} bytes, not {descriptor.Length}");
            lock (board._lock) Descriptor = descriptor;
            board.Tell();
        }

        /// <summary>Another place of the member's follows.</summary>
        public void End() => _ended.Cancel();

        /// <inheritdoc/>
        public void Dispose()
        {
            lock (board._lock)
                if (board._places.TryGetValue(member, out var present) && present == this) board._places.Remove(member);
            board.Tell();
        }
    }
}
