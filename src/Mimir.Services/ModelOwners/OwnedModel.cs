using System.Security.Cryptography;
using Mimir.Models;
using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Shapes;
using Mimir.Models.Transformers;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.SealedFiles;

namespace Mimir.Services.ModelOwners;

/// <summary>What the model owner's process holds: a model from its directory, or random weights of a well-known shape.</summary>
internal sealed class OwnedModel : IDisposable
{
    private readonly ModelDirectory? _directory;

    private OwnedModel(string name, IWeightSource weights, ModelDirectory? directory) => (Name, Weights, _directory) = (name, weights, directory);

    /// <summary>For people.</summary>
    public string Name { get; }

    /// <summary>The folded weights.</summary>
    public IWeightSource Weights { get; }

    /// <summary>Opens what <see cref="ModelShareSettings.Model"/> names.</summary>
    /// <param name="model">See there.</param>
    /// <param name="terms">Whether the weights are public, and a LoRA adapter.</param>
    /// <param name="weightsKey">The key of sealed weight files; needed while the model is open.</param>
    /// <param name="weightsCounter">Refuses old copies of them; null: they are not noticed.</param>
    public static OwnedModel Open(string model, WeightTerms terms, DataKey? weightsKey = null, IMonotonicCounter? weightsCounter = null)
    {
        if (model.StartsWith(ModelShareSettings.ShapePrefix, StringComparison.Ordinal))
        {
            var name = model[ModelShareSettings.ShapePrefix.Length..];
            var seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
            if (terms.Adapter is not null) throw new ModelFormatException(terms.Adapter, "an adapter needs the directory of its base model, not a shape");
            var random = new RandomModel(ModelShapes.Find(name), seed);
            return new OwnedModel(name, terms.Public ? new PublicWeights(random) : random, null);
        }
        var directory = ModelDirectory.Open(model, SealedWeights.Opener(weightsKey, weightsCounter));
        try
        {
            return new OwnedModel(directory.Name, terms.Open(directory), directory);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _directory?.Dispose();
}
