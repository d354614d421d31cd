using Mimir.Spdz;
using Mimir.Transport.Sessions;

namespace Mimir.Services.Workers;

/// <summary>
/// A worker's part of a model. Sessions borrow it; it is freed when it was retired and the last of them has ended, so that memory is
/// never freed under a running product.
/// </summary>
internal sealed class LentModel<TModel>(VerifiedGroup group, TModel model) where TModel : IDisposable
{
    private readonly Lock _lock = new();
    private int _sessions;
    private bool _retired;

    /// <summary>Who holds it.</summary>
    public VerifiedGroup Group => group;

    /// <summary>Lends the model to a session, which gives it back with <see cref="Return"/>.</summary>
    /// <exception cref="MalformedMessageException">It was retired.</exception>
    public TModel Borrow()
    {
        lock (_lock)
        {
            if (_retired) throw new MalformedMessageException("the session's model was discarded after a failed check; share it again");
            _sessions++;
            return model;
        }
    }

    /// <summary>The session that borrowed has ended.</summary>
    public void Return()
    {
        lock (_lock)
        {
            _sessions--;
            if (_retired && _sessions == 0) model.Dispose();
        }
    }

    /// <summary>No more sessions.</summary>
    public void Retire()
    {
        lock (_lock)
        {
            if (_retired) return;
            _retired = true;
            if (_sessions == 0) model.Dispose();
        }
    }
}
