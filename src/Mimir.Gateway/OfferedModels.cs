using Mimir.Client.Text;
using Mimir.Gateway.Errors;

namespace Mimir.Gateway;

/// <summary>The models of one gateway by name.</summary>
public sealed class OfferedModels : IDisposable
{
    /// <summary>Opens the public files of every directory.</summary>
    /// <exception cref="Mimir.Models.ModelFormatException">One cannot be used; says why.</exception>
    /// <exception cref="ArgumentException">There is none, or two have one name.</exception>
    public OfferedModels(GatewaySettings settings)
    {
        if (settings.Models.Count == 0) throw new ArgumentException("gateway.models names no model directory");
        TextModel[] models = [.. settings.Models.Select(d => TextModel.Open(d))];
        if (models.GroupBy(m => m.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"gateway.models names two directories called '{twice.Key}'; requests could not tell them apart");
        All = [.. models.Select(m => new OfferedModel(new TextOwner(settings.Tls, settings.CoordinatorHost, settings.CoordinatorPort, m)))];
    }

    /// <summary>In the order of the settings.</summary>
    public IReadOnlyList<OfferedModel> All { get; }

    /// <summary>The model that a request names.</summary>
    /// <exception cref="ApiException">There is none; names those that there are.</exception>
    public OfferedModel Require(string name) => All.FirstOrDefault(m => m.Name == name)
        ?? throw ApiException.NotFound($"model: this gateway offers no model of that name, but {string.Join(", ", All.Select(m => m.Name))}", "model", "model_not_found");

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var model in All) model.Dispose();
    }
}
